// SHA-256 (FIPS 180-4) of a text, without a promise: a counter's key is made in the middle of a decision. It names things,
// and guards no secret by its timing.

const BLOCK_BYTES = 64;
/** The padding is a one bit, zeros, and the length in bits, of which 32 are enough for any text here. */
const PADDING_BYTES = 9;

/** In hexadecimal, of the text's UTF-8. */
export function sha256(text: string): string {
  const { bytes, length } = toUtf8(text);
  bytes[length] = 0x80;
  const padded = Math.ceil((length + PADDING_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
  const view = new DataView(bytes.buffer, 0, padded);
  view.setUint32(padded - 4, length * 8);
  const state = START.slice();
  for (let at = 0; at < padded; at += BLOCK_BYTES) compress(state, view, at);
  let digest = "";
  for (const word of state) digest += (word >>> 0).toString(16).padStart(8, "0");
  return digest;
}

/** With room for the padding. A surrogate without its other half is U+FFFD, as TextEncoder has it. */
function toUtf8(text: string): { readonly bytes: Uint8Array; readonly length: number } {
  const bytes = new Uint8Array(text.length * 3 + PADDING_BYTES + BLOCK_BYTES);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    let code = text.charCodeAt(at);
    if (code < 0x80) bytes[length++] = code;
    else {
      code = text.codePointAt(at) ?? 0;
      if (code > 0xffff) at += 1;
      else if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
      if (code < 0x800) bytes[length++] = 0xc0 | (code >> 6);
      else {
        if (code < 0x10000) bytes[length++] = 0xe0 | (code >> 12);
        else {
          bytes[length++] = 0xf0 | (code >> 18);
          bytes[length++] = 0x80 | ((code >> 12) & 0x3f);
        }
        bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
      }
      bytes[length++] = 0x80 | (code & 0x3f);
    }
  }
  return { bytes, length };
}

/** Section 4.2.2: the first 32 bits of the fractions of roots of the first primes. */
function toConstants(count: number, root: (prime: number) => number): Int32Array {
  const constants = new Int32Array(count);
  let found = 0;
  for (let candidate = 2; found < count; candidate += 1) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor += 1;
    if (divisor * divisor <= candidate) continue;
    constants[found] = (root(candidate) % 1) * 2 ** 32;
    found += 1;
  }
  return constants;
}

const START = toConstants(8, Math.sqrt);
const ROUNDS = toConstants(64, Math.cbrt);
/** Of the block at hand: nothing else runs meanwhile. */
const words = new Int32Array(64);

const turn = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

/** Section 6.2.2. Every index is in bounds: "| 0" is for the additions, modulo 2^32. */
function compress(state: Int32Array, view: DataView, offset: number): void {
  for (let t = 0; t < 16; t += 1) words[t] = view.getInt32(offset + t * 4);
  for (let t = 16; t < 64; t += 1) {
    const early = words[t - 15] as number;
    const late = words[t - 2] as number;
    const s0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const s1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[t] = ((words[t - 16] as number) + s0 + (words[t - 7] as number) + s1) | 0;
  }
  let { 0: a = 0, 1: b = 0, 2: c = 0, 3: d = 0, 4: e = 0, 5: f = 0, 6: g = 0, 7: h = 0 } = state;
  for (let t = 0; t < 64; t += 1) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + (ROUNDS[t] as number) + (words[t] as number)) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => (state[index] = (state[index] as number) + word));
}
