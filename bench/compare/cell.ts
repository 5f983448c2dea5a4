// What one probe found of one subject: a text for the table, and how bad it is, so that the worst of three is kept.

export interface Cell {
  readonly text: string;
  /** 0: as good as can be. Of three the highest is kept. */
  readonly badness: number;
  /** Why this run says nothing: the subject said itself that it was not well, or the machine was not. */
  readonly invalid?: string;
}

/** What cannot be asked of a subject. */
export const NOT_ASKED: Cell = { text: "-", badness: 0 };

/** The worst of the runs that say something; marked where one of them does not. */
export function toWorst(cells: readonly Cell[]): Cell {
  const valid = cells.filter(({ invalid }) => invalid === undefined);
  const [first] = cells;
  const [worst] = valid.toSorted((a, b) => b.badness - a.badness);
  if (worst === undefined)
    return { text: `invalid: ${first?.invalid ?? "not run"}`, badness: 0, invalid: "all" };
  return valid.length === cells.length
    ? worst
    : { ...worst, text: `${worst.text} (${valid.length} of ${cells.length} runs)` };
}
