// How much a share really lets in. Clients are let in as a whole, by their places, so a share of 0.40 may be 0.37 of what is
// asked, for as long as the same clients come. Mutable.

/** So many requests that were let in as they should be: few say nothing. */
const PRIOR = 20;
const KEPT = 0.9;
const MOST = 1.25;

export class ServedShare {
  #meant = PRIOR;
  #letIn = PRIOR;

  /** Requests: how many the share would let in on average, and how many it did. */
  add(meant: number, letIn: number): void {
    this.#meant += meant;
    this.#letIn += letIn;
  }

  /** What is to be said so that this share is let in. What is older counts less each time. */
  correct(share: number): number {
    const times = Math.min(MOST, Math.max(1 / MOST, this.#meant / this.#letIn));
    this.#meant = PRIOR + (this.#meant - PRIOR) * KEPT;
    this.#letIn = PRIOR + (this.#letIn - PRIOR) * KEPT;
    return share * times;
  }
}
