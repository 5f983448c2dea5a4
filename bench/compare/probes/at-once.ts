// Two hundred requests of one client at once, on limits of 10 and 100; then a hundred at once on each of two processes.

import type { Cell } from "../cell.ts";
import { isAdmitted, type Reply } from "../client.ts";
import type { Probe, Stand, Tried } from "../probe.ts";

const MINUTE_MS = 60_000;

export const atOnce: Probe = {
  name: "at-once",
  title: "Of 200 at once, limit 10; limit 100",
  explanation: "How many were admitted.",
  run: async ({ start }) => {
    const counted = [];
    for (const units of [10, 100]) {
      const tried = await start({ general: { units, windowMs: MINUTE_MS } });
      counted.push(await sendAtOnce(tried, 200));
    }
    return toCell(counted, [10, 100]);
  },
};

export const twoProcesses: Probe = {
  name: "two-processes",
  title: "Two processes, limit 100",
  explanation:
    "Two processes of Node, two Worker instances (isolates), two workers or two threads, whichever the subject scales by; a hundred requests to each. 100 is right: more than that means that each has a counter of its own.",
  run: async ({ start }: Stand) => {
    const tried = await start({ general: { units: 100, windowMs: MINUTE_MS } }, { isTwice: true });
    const ports = tried.ports.length === 1 ? [tried.ports[0], tried.ports[0]] : tried.ports;
    const replies = await Promise.all(ports.map((port) => sendAtOnce(tried, 100, port)));
    return toCell([replies.flat()], [100]);
  },
};

function sendAtOnce(tried: Tried, count: number, port?: number): Promise<readonly Reply[]> {
  return Promise.all(Array.from({ length: count }, () => tried.ask({}, port)));
}

function toCell(counted: readonly (readonly Reply[])[], wanted: readonly number[]): Cell {
  const counts = counted.map((replies) => replies.filter(isAdmitted).length);
  const off = counts.map((count, at) => Math.abs(count - (wanted[at] ?? 0)) / (wanted[at] ?? 1));
  const cell = { text: counts.join("; "), badness: Math.max(...off) };
  // What it admitted and did not answer in time cannot be known.
  return counted.flat().some(({ status }) => status === 0)
    ? { ...cell, invalid: "answers are missing" }
    : cell;
}
