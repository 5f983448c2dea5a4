// RFC 7396 of one level: the members that a patch names replace those that are there, and null removes one.

export function mergePatch(
  body: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  // Built of entries, so that no name can reach a prototype.
  const members = new Map(Object.entries(body));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, value);
  }
  return Object.fromEntries(members);
}
