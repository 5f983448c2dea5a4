// The places in a body that limits read: "json:max_tokens", "json:stream_options.include_usage", "form:batch". The places in
// JSON make a tree, so that one pass over a body finds them all.

export const JSON_PATH = /^[^\s.[\]"'\\]{1,64}(?:\.[^\s.[\]"'\\]{1,64}){0,7}$/;
export const JSON_PATH_WANTED = 'a member of a JSON body such as "model" or "options.size"';
export const FORM_NAME = /^[^\s&=#[\]]{1,64}$/;
export const FORM_NAME_WANTED = "the name of a form's field";

/** A value that is looked for, or that leads to one. */
export interface PathNode {
  /** The place that ends here; undefined: it only leads on. */
  readonly place: string | undefined;
  readonly members: ReadonlyMap<string, PathNode>;
  /** The same by their folded names. */
  readonly folded: ReadonlyMap<string, readonly PathNode[]>;
}

/** A tree of places; "" is the whole text. */
export function toPathTree(places: readonly string[]): PathNode {
  const inside = places.filter((place) => place !== "").map((place) => ({ place, steps: place.split(".") }));
  return toNode(places.includes("") ? "" : undefined, inside);
}

interface Route {
  readonly place: string;
  readonly steps: readonly string[];
}

function toNode(place: string | undefined, inside: readonly Route[]): PathNode {
  const members = new Map<string, PathNode>();
  const folded = new Map<string, PathNode[]>();
  for (const [name] of inside.map(({ steps }) => steps)) {
    if (name === undefined || members.has(name)) continue;
    const below = inside.filter(({ steps }) => steps[0] === name);
    const rest = below.map((one) => ({ place: one.place, steps: one.steps.slice(1) }));
    const node = toNode(
      rest.find(({ steps }) => steps.length === 0)?.place,
      rest.filter(({ steps }) => steps.length > 0),
    );
    members.set(name, node);
    folded.set(fold(name), [...(folded.get(fold(name)) ?? []), node]);
  }
  return { place, members, folded };
}

/** Some readers of JSON (Go's) take a member whose name differs in case, also by the letters that fold to ASCII ones. */
export function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/** Every place in a part of the tree. */
export function listPlaces({ place, members }: PathNode): readonly string[] {
  const below = [...members.values()].flatMap(listPlaces);
  return place === undefined ? below : [place, ...below];
}
