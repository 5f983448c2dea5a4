// One request of the fuzz, ready to be sent, and what may come of it.

export interface Input {
  /** The row of the report that it is counted in. */
  readonly group: string;
  readonly method: string;
  /** Path and query, as they stand in the request line. */
  readonly target: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Kept small: what comes of so many inputs is counted, not remembered. */
export interface Fault {
  readonly input: Input;
  /** A status, or what happened instead of an answer. */
  readonly outcome: string;
}
