// The secret of an API key or of a token of the admin API: its prefix ("hg_", "hgt_"), eight digits that may be shown, "_", and
// 43 digits of base 62 that may not: 256 bits.

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX_DIGITS = 8;
const SECRET_DIGITS = 43;
/** The largest multiple of 62 that a byte can count to: bytes from it on would favour the first digits. */
const FAIR_BELOW = 248;

export interface ApiKeySecret {
  readonly text: string;
  /** The part that may be shown and logged: it tells keys apart and is no secret. */
  readonly prefix: string;
}

/** Creates a secret. `word` is what it begins with; `toBytes` returns so many random bytes. */
export function createApiKeySecret(word: string, toBytes: (count: number) => Uint8Array): ApiKeySecret {
  const prefix = `${word}_${toDigits(PREFIX_DIGITS, toBytes)}`;
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
