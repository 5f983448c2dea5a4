// Log-linear histograms of whole milliseconds: eight buckets to each power of two, so that what is read of one is at most
// 6.25 % off (half a bucket); below 16 ms every millisecond has a bucket of its own. From 131 seconds on all is one bucket.

/** Buckets to a power of two, and their logarithm. */
const PER_OCTAVE = 8;
const PER_OCTAVE_LOG2 = 3;
const BUCKETS = 120;
/** A dense histogram: the sum of all milliseconds, then its buckets. */
const LENGTH = BUCKETS + 1;

export type Histogram = Float64Array;
/** What travels and is stored: the sum, then bucket and count, bucket and count. */
export type SparseHistogram = readonly number[];

export function createHistogram(): Histogram {
  return new Float64Array(LENGTH);
}

/** Counts one duration. Of a clock that was set back it counts as none. */
export function recordMs(histogram: Histogram, ms: number): void {
  const whole = ms > 0 ? Math.floor(ms) : 0;
  const at = toBucket(whole) + 1;
  // oxlint-disable-next-line no-param-reassign -- it is what changes in place
  histogram[0] = (histogram[0] ?? 0) + whole;
  // oxlint-disable-next-line no-param-reassign -- as above
  histogram[at] = (histogram[at] ?? 0) + 1;
}

function toBucket(ms: number): number {
  if (ms < PER_OCTAVE) return ms;
  const exponent = 31 - Math.clz32(Math.min(ms, 2 ** 31 - 1)) - PER_OCTAVE_LOG2;
  return Math.min(BUCKETS - 1, exponent * PER_OCTAVE + (ms >>> exponent));
}

/** The least duration that a bucket counts. */
export function toLeastMs(bucket: number): number {
  if (bucket < PER_OCTAVE) return bucket;
  const exponent = Math.floor(bucket / PER_OCTAVE) - 1;
  return (bucket - exponent * PER_OCTAVE) * 2 ** exponent;
}

export function toSparse(histogram: Histogram): SparseHistogram {
  const sparse = [histogram[0] ?? 0];
  for (let at = 1; at < LENGTH; at += 1) {
    const count = histogram[at] ?? 0;
    if (count > 0) sparse.push(at - 1, count);
  }
  return sparse;
}

/** Adds what travelled. Buckets that no histogram has are left out. */
export function addSparse(histogram: Histogram, [sumMs = 0, ...pairs]: SparseHistogram): void {
  // oxlint-disable-next-line no-param-reassign -- it is what changes in place
  histogram[0] = (histogram[0] ?? 0) + sumMs;
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const bucket = pairs[at] ?? -1;
    // oxlint-disable-next-line no-param-reassign -- as above
    if (bucket >= 0 && bucket < BUCKETS)
      histogram[bucket + 1] = (histogram[bucket + 1] ?? 0) + (pairs[at + 1] ?? 0);
  }
}

export function addHistogram(histogram: Histogram, other: Histogram): void {
  // oxlint-disable-next-line no-param-reassign -- it is what changes in place
  for (let at = 0; at < LENGTH; at += 1) histogram[at] = (histogram[at] ?? 0) + (other[at] ?? 0);
}

export function countOf(histogram: Histogram): number {
  let count = 0;
  for (let at = 1; at < LENGTH; at += 1) count += histogram[at] ?? 0;
  return count;
}

/** How many took less than this; exact where it is a bucket's edge. */
export function countBelow(histogram: Histogram, ms: number): number {
  let count = 0;
  for (let bucket = 0; bucket < BUCKETS && toLeastMs(bucket) < ms; bucket += 1)
    count += histogram[bucket + 1] ?? 0;
  return count;
}

/** The duration that this share of all was at most; undefined of none. */
export function toPercentile(histogram: Histogram, share: number): number | undefined {
  const count = countOf(histogram);
  if (count === 0) return undefined;
  const rank = Math.max(1, Math.ceil(share * count));
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    seen += histogram[bucket + 1] ?? 0;
    if (seen < rank) continue;
    const least = toLeastMs(bucket);
    return Math.floor((least + toLeastMs(bucket + 1) - 1) / 2);
  }
  return toLeastMs(BUCKETS);
}
