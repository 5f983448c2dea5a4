// Two teams with 1,000 tokens in ten seconds each: one asks for all that it can get, the other now and then.

import { setTimeout as wait } from "node:timers/promises";
import { call, startTokenStand } from "./stand.ts";

const LIMIT = 1_000;
const WINDOW_MS = 10_000;
const TOKENS = 97;
/** "user" and what is said are three. */
const PER_CALL = TOKENS + 3;
const PARALLEL = 4;

export interface Windowed {
  /** The most that the provider served the first team in any window. */
  readonly most: number;
  readonly inFlight: number;
  readonly refusedUpstream: number;
  readonly answered: number;
  readonly slowestOfSecondMs: number;
  readonly secondRefused: number;
}

export async function playWindows(seconds: number): Promise<Windowed> {
  const stand = await startTokenStand(LIMIT, { tokens: LIMIT, windowMs: WINDOW_MS });
  const untilMs = Date.now() + seconds * 1_000;
  const served: { readonly atMs: number; readonly tokens: number }[] = [];
  const work = async (): Promise<void> => {
    while (Date.now() < untilMs) {
      const sentMs = Date.now();
      const { status, retryAfterMs } = await call(stand.url, {
        team: "a",
        content: `say ${TOKENS}`,
        more: { stream: true, max_tokens: TOKENS },
      });
      if (status === 200) served.push({ atMs: sentMs, tokens: PER_CALL });
      else await wait(Math.max(100, retryAfterMs));
    }
  };
  const waits: number[] = [];
  let secondRefused = 0;
  const second = async (): Promise<void> => {
    while (Date.now() < untilMs) {
      const startedMs = performance.now();
      const { status } = await call(stand.url, { team: "b", content: "say 10" });
      if (status === 200) waits.push(performance.now() - startedMs);
      else secondRefused += 1;
      await wait(500);
    }
  };
  try {
    await Promise.all([...Array.from({ length: PARALLEL }, work), second()]);
    const inWindow = served.map(({ atMs }) =>
      served
        .filter((one) => one.atMs >= atMs && one.atMs < atMs + WINDOW_MS)
        .reduce((all, { tokens }) => all + tokens, 0),
    );
    return {
      most: Math.max(0, ...inWindow),
      inFlight: PARALLEL * PER_CALL,
      refusedUpstream: stand.provider.calls().refused,
      answered: served.length,
      slowestOfSecondMs: Math.max(0, ...waits),
      secondRefused,
    };
  } finally {
    await stand.close();
  }
}
