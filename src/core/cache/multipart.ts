// The layout of a multipart/byteranges body (RFC 9110 section 14.6) as a plan: texts and byte ranges in turn, and the
// length of the whole. Whoever has the bytes carries it out.

import type { ByteRange } from "./byte-ranges.ts";

/** ASCII, so its length is its number of bytes. */
export type Segment = string | ByteRange;

export interface MultipartPlan {
  readonly contentType: string;
  readonly segments: readonly Segment[];
  readonly totalBytes: number;
}

export interface MultipartSource {
  readonly totalBytes: number;
  /** Of the stored response; named in every part. */
  readonly contentType: string | null | undefined;
  /** Up to 70 letters and digits that the body does not have: random, from the caller. */
  readonly boundary: string;
}

const PRINTABLE = /^[\t\u0020-\u007e]*$/;

export function toMultipartPlan(ranges: readonly ByteRange[], source: MultipartSource): MultipartPlan {
  const { totalBytes, contentType, boundary } = source;
  const isNamed = typeof contentType === "string" && PRINTABLE.test(contentType);
  const typeLine = isNamed ? `Content-Type: ${contentType}\r\n` : "";
  const segments: Segment[] = [];
  for (const [index, range] of ranges.entries()) {
    const delimiter = `${index === 0 ? "" : "\r\n"}--${boundary}\r\n`;
    segments.push(
      `${delimiter}${typeLine}Content-Range: ${toContentRange(range, totalBytes)}\r\n\r\n`,
      range,
    );
  }
  segments.push(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    segments,
    totalBytes: segments.reduce((sum, segment) => sum + toLength(segment), 0),
  };
}

/** RFC 9110 section 14.4. */
export function toContentRange({ first, last }: ByteRange, totalBytes: number): string {
  return `bytes ${first}-${last}/${totalBytes}`;
}

export function toRangeLength({ first, last }: ByteRange): number {
  return last - first + 1;
}

function toLength(segment: Segment): number {
  return typeof segment === "string" ? segment.length : toRangeLength(segment);
}
