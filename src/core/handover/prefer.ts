// RFC 7240: whether a client would rather have an answer later than wait for it. Pure.

/** A preference of that name, whatever its parameters. Of several with one name the first counts; this one has no value. */
export function prefersAsync(prefer: string | undefined): boolean {
  if (prefer === undefined) return false;
  return splitOutsideQuotes(prefer).some((part) => /^\s*respond-async\s*(?:;.*)?$/is.test(part));
}

/** A comma within quotes separates nothing. */
function splitOutsideQuotes(text: string): readonly string[] {
  return text.match(/(?:[^",]|"(?:[^"\\]|\\.)*")+/gs) ?? [];
}
