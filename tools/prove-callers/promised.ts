// What is promised of a play, beside what was seen.

export interface Promised {
  readonly what: string;
  readonly wanted: string;
  readonly seen: string;
  /** What was measured, where a bound is promised. */
  readonly figure?: string;
}

export function toPromised(what: string, wanted: unknown, seen: unknown): Promised {
  return { what, wanted: String(wanted), seen: String(seen) };
}
