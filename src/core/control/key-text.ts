// The text of an API key: "hg_", eight digits that may be shown, "_", and the secret: 43 digits of base 62, 256 bits.

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX_DIGITS = 8;
const SECRET_DIGITS = 43;
/** The largest multiple of 62 that a byte can count to: bytes above it would favour the first digits. */
const FAIR_BELOW = 248;

export interface KeyText {
  readonly text: string;
  /** What may be shown and logged: it tells keys apart and opens nothing. */
  readonly prefix: string;
}

/** `toBytes` answers as many random bytes as it is asked for. */
export function createKeyText(toBytes: (count: number) => Uint8Array): KeyText {
  const prefix = `hg_${toDigits(PREFIX_DIGITS, toBytes)}`;
  return { text: `${prefix}_${toDigits(SECRET_DIGITS, toBytes)}`, prefix };
}

function toDigits(count: number, toBytes: (count: number) => Uint8Array): string {
  let digits = "";
  while (digits.length < count) {
    for (const byte of toBytes(count)) {
      if (byte < FAIR_BELOW && digits.length < count) digits += DIGITS[byte % DIGITS.length] ?? "";
    }
  }
  return digits;
}
