// The outcome of reading something that may be wrong: the value, or every problem found, never only the first.

/** One thing wrong with an input. `path` is dotted from the input's root; `code` is stable. */
export interface Problem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export type Result<Value, Failure = readonly Problem[]> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Failure };

export const ok = <Value>(value: Value): Result<Value, never> => ({ ok: true, value });
export const err = <Failure>(error: Failure): Result<never, Failure> => ({ ok: false, error });
