// Ways of writing a path that an origin might take for another.

import { constantFrom, tuple, type Arbitrary } from "fast-check";

/** The path as the most forgiving origin would take it: without parameters, unescaped, resolved, in lower case. */
export function toForgivenPath(target: string): string {
  const path = (target.split(/[?#]/, 1)[0] ?? "").replaceAll(/;[^/\\]*/g, "");
  const unescaped = path.replaceAll(/%([0-9a-f]{2})/gi, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const kept: string[] = [];
  for (const segment of unescaped.replaceAll("\0", "").split(/[/\\]/)) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment.toLowerCase());
  }
  return `/${kept.join("/")}`;
}

const SLASHES = [
  "/",
  "//",
  "/./",
  "\\",
  "%2f",
  "%5C",
  "/x/../",
  "/%2e/",
  "/;a/",
  ";b/",
  "/%2E%2e/../x/../",
  "/.;/",
];
const ENDINGS = ["", "", "/", "//", ";x", "/.", "/x/..", "%00", "%2f", "?q", "/;", "/%2e"];

/** The ways of writing one character of a path, and a few that only look like it. */
function disguise(character: string): Arbitrary<string> {
  if (character === "/") return constantFrom(...SLASHES);
  const escape = `%${character.charCodeAt(0).toString(16)}`;
  return constantFrom(character, character, character.toUpperCase(), escape);
}

/** Texts that some origin might take for this path. */
export function disguisePath(path: string): Arbitrary<string> {
  return tuple(...path.split("").map(disguise), constantFrom(...ENDINGS))
    .map((pieces) => pieces.join(""))
    .filter((text) => text.startsWith("/"));
}
