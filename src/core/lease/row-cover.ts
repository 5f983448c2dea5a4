// Decides when a leased counter must be written, and how far ahead. A row is a lease too: what storage holds is the state,
// and so many units lent to the object's memory until a time. An object that starts from a row holds them aside until
// then and charges them as of then: all that its forerunner took, or lent out in turn, was out of these units.

/** What the last row still covers. */
export interface RowCover {
  /** No unit is charged, and no lease ends, after this. */
  readonly untilMs: number;
  /** Units that may still be taken or lent. */
  readonly units: number;
  /** Units that were, since that row. */
  readonly used: number;
  /** Rows without a pause between them. */
  readonly rows: number;
}

export const UNCOVERED: RowCover = { untilMs: 0, units: 0, used: 0, rows: 0 };

/** What is to be taken or lent now; handed back, when negative. */
export interface Use {
  readonly units: number;
  /** When it is charged at the latest. */
  readonly endsMs: number;
}

export interface RowAhead {
  /** Units ahead of what is used and lent by now. */
  readonly units: number;
  readonly untilMs: number;
}

/** How far apart rows are, when nothing but time asks for them. */
const ROW_MS = 1_000;
/** Rows of a burst that are just the truth: a key that is hardly used loses nothing by a restart. */
const EXACT_ROWS = 3;

/** `leaseMs` is how long a lease that is given from now on may last. */
export function coverUse(
  before: RowCover,
  { units, endsMs }: Use,
  { nowMs, leaseMs }: { readonly nowMs: number; readonly leaseMs: number },
): { readonly cover: RowCover; readonly row: RowAhead | undefined } {
  const isLasting = nowMs < before.untilMs;
  const used = (isLasting ? before.used : 0) + units;
  const isCovered = (units <= 0 || units <= before.units) && endsMs <= before.untilMs;
  if (isLasting && isCovered) {
    return { cover: { ...before, units: before.units - units, used }, row: undefined };
  }
  const rows = isLasting ? before.rows + 1 : 1;
  const row = {
    units: rows <= EXACT_ROWS ? 0 : 2 * Math.max(0, used),
    untilMs: nowMs + ROW_MS + leaseMs,
  };
  return { cover: { ...row, used: 0, rows }, row };
}
