// Asks again and again while the page is looked at. What was known stays when an answer fails, with the time since which
// it is old.

import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "./api.ts";

export interface Polled<Value> {
  readonly value: Value | undefined;
  /** When the newest answer came; undefined: none has. */
  readonly atMs: number | undefined;
  /** Why the newest question failed; undefined: it did not. */
  readonly problem: ApiError | undefined;
}

export interface Polling<Value> {
  readonly ask: () => Promise<Value>;
  readonly everyMs: number;
  /** Where it changes, what was known is of something else. */
  readonly about: string;
}

export function usePolled<Value>({ ask, everyMs, about }: Polling<Value>): Polled<Value> {
  const [polled, setPolled] = useState<Polled<Value>>({
    value: undefined,
    atMs: undefined,
    problem: undefined,
  });
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setPolled({ value: undefined, atMs: undefined, problem: undefined });
    const turn = async (): Promise<void> => {
      timer = undefined;
      // Who looks at another tab needs no figures.
      if (!document.hidden) {
        try {
          const value = await latest.current();
          if (!isOver) setPolled({ value, atMs: Date.now(), problem: undefined });
        } catch (error) {
          if (!isOver) setPolled((known) => ({ ...known, problem: error as ApiError }));
        }
      }
      if (!isOver) timer = setTimeout(() => void turn(), everyMs);
    };
    const lookAgain = (): void => {
      if (document.hidden || timer === undefined) return;
      clearTimeout(timer);
      void turn();
    };
    void turn();
    document.addEventListener("visibilitychange", lookAgain);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", lookAgain);
    };
  }, [about]);
  return polled;
}
