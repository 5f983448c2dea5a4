// The paths that are the gateway's own. What lies below them never goes to an origin, however it is written: it may carry
// an operator's token, and origins unwrap paths in more ways than the gateway does.

/** An origin may decode what the gateway keeps. */
const SLASH = "(?:/|%2F|%5C)";
/** Windows drops these at a segment's end. */
const DOTS = "(?:\\.|%20)*";
/** Tomcat and its like drop path parameters, before they decode separators or after. Each by itself: one pattern for both would backtrack. */
const PARAMETERS = ["[^/]*(?=/|$)", "(?:(?!%2F|%5C)[^/])*"].map((kept) => `(?:(?:;|%3B)${kept})?`);

/** Tests canonical paths for being `prefix` or below it. A prefix is made of letters, digits, "_" and "-" alone. */
export function toBelowPattern(prefix: string): RegExp {
  const names = prefix.slice(1).split("/");
  const readings = PARAMETERS.map((parameters) => {
    const dropped = DOTS + parameters;
    // Segments that are empty to an origin may stand before each.
    return names.map((name) => `${SLASH}(?:${dropped}${SLASH})*${name}${dropped}`).join("");
  });
  return new RegExp(`^(?:${readings.join("|")})(?:${SLASH}|$)`, "i");
}
