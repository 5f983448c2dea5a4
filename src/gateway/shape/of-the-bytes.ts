/** Fields that say something of the origin's bytes, and nothing true of an answer that is changed. */
export const OF_THE_BYTES = [
  "content-length",
  "content-md5",
  "content-digest",
  "repr-digest",
  "digest",
  "accept-ranges",
] as const;
