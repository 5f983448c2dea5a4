// Field values are bytes (RFC 9110 section 5.5), but the platform decodes them as UTF-8 when they are read, with U+FFFD for
// every byte that is not: the original is lost, and two different values can look equal. Such a value must never be
// written back or compared. Copies of a Headers object keep the bytes.

const LOST = "\ufffd";

/** Whether a value was valid UTF-8, so that writing it back yields the same bytes. */
export function isReadable(value: string): boolean {
  return !value.includes(LOST);
}
