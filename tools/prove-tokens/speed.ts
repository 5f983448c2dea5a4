// What reading a stream costs: the first token's delay, and the CPU of the runtime for a stream of many small pieces, each
// against the same stream of a route that reads nothing.

import { readCpuNs } from "../../bench/machine/cpu-time.ts";
import { findOwnWorkerd } from "../processes/find-own-workerd.ts";
import { call, startTokenStand } from "./stand.ts";

const ROUNDS = 7;
const WARM_UPS = 2;

const toMedian = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

export interface Speed {
  readonly directFirstMs: number;
  readonly throughFirstMs: number;
  /** CPU time of a stream that is passed on. */
  readonly plainMs: number;
  /** That of one against it: of callers that ask for their usage, and of those for whom the gateway does. */
  readonly asked: number;
  readonly unasked: number;
}

export async function measureSpeed(tokens: number): Promise<Speed> {
  const stand = await startTokenStand(1e9);
  const asked = { stream: true, stream_options: { include_usage: true }, max_tokens: tokens };
  const first = async (url: string): Promise<number> => {
    const all: number[] = [];
    for (let time = 0; time < 21; time += 1)
      all.push(
        (await call(url, { team: "first", content: "say 20", more: { ...asked, max_tokens: 20 } })).firstMs,
      );
    return toMedian(all);
  };
  const cpuMs = async (path: string, more: object): Promise<number> => {
    const runtimes = await findOwnWorkerd();
    const beforeNs = readCpuNs(runtimes);
    await call(stand.url, { path, team: "cpu", content: `say ${tokens}`, more });
    return (readCpuNs(runtimes) - beforeNs) / 1e6;
  };
  const takeRound = async (): Promise<readonly [plain: number, asked: number, unasked: number]> => [
    await cpuMs("/v1/plain", asked),
    await cpuMs("/v1/chat/completions", asked),
    await cpuMs("/v1/chat/completions", { stream: true, max_tokens: tokens }),
  ];
  try {
    const directFirstMs = await first(stand.provider.url);
    const throughFirstMs = await first(stand.url);
    const rounds: Awaited<ReturnType<typeof takeRound>>[] = [];
    for (let round = 0; round < WARM_UPS + ROUNDS; round += 1) rounds.push(await takeRound());
    const warm = rounds.slice(WARM_UPS);
    return {
      directFirstMs,
      throughFirstMs,
      plainMs: toMedian(warm.map(([plain]) => plain)),
      asked: toMedian(warm.map(([plain, some]) => some / plain)),
      unasked: toMedian(warm.map(([plain, , some]) => some / plain)),
    };
  } finally {
    await stand.close();
  }
}
