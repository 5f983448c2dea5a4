// The trace that a client's request belongs to (W3C Trace Context, section 3.2): read for the log, and passed on as it came.

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?=$|-)/;
const LENGTH_MAX = 512;

/** The members that every version has, or undefined where the field is not written as it must be. */
export function parseTraceparent(text: string | undefined): string | undefined {
  if (text === undefined || text.length > LENGTH_MAX) return undefined;
  const [read, version] = TRACEPARENT.exec(text) ?? [];
  // Version 0 has nothing after its flags; later ones may.
  return version === "00" && read !== text ? undefined : read;
}
