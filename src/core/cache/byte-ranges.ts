// Range requests against a body of known length (RFC 9110 section 14): which bytes, or none, or that the field is to be
// ignored, which is always allowed and always right when in doubt.

/** First and last byte, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** "ignore": answer 200 with everything. "unsatisfiable": 416. */
export type RangeOutcome = readonly ByteRange[] | "ignore" | "unsatisfiable";

/** The most ranges; more is an attack or a mistake: each part costs a header section (RFC 9110 section 17.15). */
const RANGES_MAX = 16;
const RANGES_SPECIFIER = /^bytes=(?<set>[\d\-,\t ]+)$/i;
const FROM = /^(?<first>\d{1,15})-(?<last>\d{0,15})$/;
const SUFFIX = /^-(?<bytes>\d{1,15})$/;

/** The ranges in their order, overlapping ones made one (RFC 9110 section 15.3.7.2): never more bytes than the body has. */
export function parseRanges(range: string, totalBytes: number): RangeOutcome {
  const set = RANGES_SPECIFIER.exec(range.trim())?.groups?.["set"];
  // Another unit, or not the grammar: the field is ignored (section 14.2). An empty body has no byte to name.
  if (set === undefined || totalBytes === 0) return "ignore";
  const specifiers = set
    .split(",")
    .map((specifier) => specifier.trim())
    .filter((specifier) => specifier !== "");
  if (specifiers.length === 0 || specifiers.length > RANGES_MAX) return "ignore";
  const ranges: ByteRange[] = [];
  for (const specifier of specifiers) {
    const resolved = resolve(specifier, totalBytes);
    if (resolved === "invalid") return "ignore";
    if (resolved !== undefined) ranges.push(resolved);
  }
  return ranges.length === 0 ? "unsatisfiable" : mergeOverlaps(ranges);
}

/** One range; undefined when the body has nothing of it (section 14.1.2). */
function resolve(specifier: string, totalBytes: number): ByteRange | "invalid" | undefined {
  const suffix = SUFFIX.exec(specifier)?.groups;
  if (suffix !== undefined) {
    const bytes = Number(suffix["bytes"]);
    return bytes === 0 ? undefined : { first: Math.max(0, totalBytes - bytes), last: totalBytes - 1 };
  }
  const from = FROM.exec(specifier)?.groups;
  if (from === undefined) return "invalid";
  const first = Number(from["first"]);
  const last = from["last"] === "" ? totalBytes - 1 : Number(from["last"]);
  if (from["last"] !== "" && last < first) return "invalid";
  return first >= totalBytes ? undefined : { first, last: Math.min(last, totalBytes - 1) };
}

/** Merges ranges that overlap. Those merged so far neither overlap nor touch, so one pass over them is enough for the next. */
function mergeOverlaps(ranges: readonly ByteRange[]): readonly ByteRange[] {
  let merged: readonly ByteRange[] = [];
  for (const range of ranges) {
    let whole = range;
    const apart: ByteRange[] = [];
    let place = merged.length;
    for (const [index, other] of merged.entries()) {
      if (other.first <= whole.last + 1 && whole.first <= other.last + 1) {
        whole = { first: Math.min(whole.first, other.first), last: Math.max(whole.last, other.last) };
        place = Math.min(place, index);
      } else {
        apart.push(other);
      }
    }
    merged = [...apart.slice(0, place), whole, ...apart.slice(place)];
  }
  return merged;
}
