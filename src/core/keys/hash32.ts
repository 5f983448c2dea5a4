// A fast hash that spreads keys; nothing may rely on it being hard to invert.

/** FNV-1a with 32 bits over UTF-16 units, from 0 to 2^32 - 1. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
