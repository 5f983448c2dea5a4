// Values of fields are bytes (RFC 9110 section 5.5). The platform shows them as UTF-8, and every byte that is none as
// U+FFFD: what such a value was cannot be known, so it equals no other and is never written back. Copies of a Headers
// object keep the bytes.

const LOST = "\ufffd";

/** Whether a value is shown as it is: written back it is the same bytes. */
export function isReadable(value: string): boolean {
  return !value.includes(LOST);
}
