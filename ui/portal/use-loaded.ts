// What is asked for once, and again after something was changed.

import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../api.ts";

export interface Loaded<Value> {
  readonly value: Value | undefined;
  readonly problem: ApiError | undefined;
  /** Never rejects. */
  readonly load: () => Promise<void>;
}

export function useLoaded<Value>(ask: () => Promise<Value>): Loaded<Value> {
  const [value, setValue] = useState<Value | undefined>();
  const [problem, setProblem] = useState<ApiError | undefined>();
  const load = async (): Promise<void> => {
    try {
      setValue(await ask());
      setProblem(undefined);
    } catch (error) {
      setProblem(error as ApiError);
    }
  };
  useEffect(() => void load(), []);
  return { value, problem, load };
}
