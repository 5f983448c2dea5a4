// Reads JSON so that writing it again loses nothing: numbers that a double cannot hold as they are written stay text.

interface Json {
  readonly parse: (
    text: string,
    revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ) => unknown;
  /** https://tc39.es/proposal-json-parse-with-source */
  readonly rawJSON: (text: string) => unknown;
}

/** Parses JSON. Throws what JSON.parse throws, and a RangeError where it is nested too deeply. */
export function parseExactly(text: string): unknown {
  const { parse, rawJSON } = JSON as unknown as Json;
  return parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source ? rawJSON(source) : value,
  );
}
