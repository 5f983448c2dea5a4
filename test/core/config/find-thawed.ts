// Finds what deep freezing has left out.

/** The paths of everything in a value that is not frozen. */
export function findThawed(value: unknown, path = "config"): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, part]) => findThawed(part, `${path}.${key}`));
  return Object.isFrozen(value) ? inner : [path, ...inner];
}
