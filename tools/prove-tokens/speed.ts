// What reading a stream costs: the first token's delay, and the CPU of the runtime for a stream of many small pieces, each
// against the same stream of a route that reads nothing.

import { readdirSync, readFileSync } from "node:fs";
import { call, startTokenStand } from "./stand.ts";

const TICK_MS = 10;
const ROUNDS = 3;

/** CPU of this process's workerd, in milliseconds. Linux alone shows it. */
function readCpuMs(): number {
  const stats = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        return [readFileSync(`/proc/${id}/stat`, "utf8")];
      } catch {
        return [];
      }
    })
    .filter((stat) => stat.includes("(workerd)"))
    .map((stat) => stat.slice(stat.lastIndexOf(")") + 2).split(" "))
    .filter(([, parent]) => Number(parent) === process.pid);
  return stats.reduce((all, fields) => all + (Number(fields[11]) + Number(fields[12])) * TICK_MS, 0);
}

const toMedian = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

export interface Speed {
  readonly directFirstMs: number;
  readonly throughFirstMs: number;
  readonly plainMs: number;
  /** Callers that ask for their usage, and those for whom the gateway does. */
  readonly askedMs: number;
  readonly unaskedMs: number;
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
  const cpu = async (path: string, more: object): Promise<number> => {
    const all: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const beforeMs = readCpuMs();
      await call(stand.url, { path, team: "cpu", content: `say ${tokens}`, more });
      all.push(readCpuMs() - beforeMs);
    }
    return toMedian(all);
  };
  try {
    const directFirstMs = await first(stand.provider.url);
    const throughFirstMs = await first(stand.url);
    await cpu("/v1/plain", asked);
    return {
      directFirstMs,
      throughFirstMs,
      plainMs: await cpu("/v1/plain", asked),
      askedMs: await cpu("/v1/chat/completions", asked),
      unaskedMs: await cpu("/v1/chat/completions", { stream: true, max_tokens: tokens }),
    };
  } finally {
    await stand.close();
  }
}
