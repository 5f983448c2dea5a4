// How an origin does, measured by how it usually does.

export interface Judged {
  /** How many times as long as usual answers take. */
  readonly late: number;
  /** The share of bad answers beyond the usual. */
  readonly badShare: number;
}

/** More than this share of answers says that the origin has too much to do. */
export const BAD_SHARE = 0.1;
