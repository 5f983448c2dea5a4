// Ten clients that call the Graph API at a steady rate, whatever comes back: what each of their calls got, and when.

import { setTimeout as wait } from "node:timers/promises";

export const PRIORITIES = ["critical", "normal", "background"] as const;

export type Priority = (typeof PRIORITIES)[number];

/** Critical calls alone are well within the budget at three times the rate: six of thirty, of which ten are served. */
const CLIENTS: readonly Priority[] = [
  ...Array.from({ length: 2 }, () => "critical" as const),
  ...Array.from({ length: 5 }, () => "normal" as const),
  ...Array.from({ length: 3 }, () => "background" as const),
];

export interface Call {
  readonly priority: Priority;
  readonly sentMs: number;
  readonly tookMs: number;
  /** 0: there was no answer. */
  readonly status: number;
  readonly hasRetryAfter: boolean;
}

export interface Load {
  readonly url: string;
  /** Of all ten together. */
  readonly callsPerSecond: number;
  readonly forMs: number;
  readonly timeoutMs: number;
}

/** Resolves when every call has its answer. */
export async function runClients({ url, callsPerSecond, forMs, timeoutMs }: Load): Promise<readonly Call[]> {
  const startMs = performance.now();
  const everyMs = (CLIENTS.length * 1_000) / callsPerSecond;
  const calls: Promise<Call>[] = [];
  const run = async (priority: Priority, client: number): Promise<void> => {
    const times = Math.floor(forMs / everyMs);
    for (let time = 0; time < times; time += 1) {
      const dueMs = startMs + (time + client / CLIENTS.length) * everyMs;
      await wait(Math.max(0, dueMs - performance.now()));
      const path = `/v25.0/page-${client}/posts?call=${client}-${time}-${Math.round(startMs)}`;
      calls.push(call(url + path, { priority, client, timeoutMs }));
    }
  };
  await Promise.all(CLIENTS.map(run));
  return await Promise.all(calls);
}

async function call(
  url: string,
  { priority, client, timeoutMs }: { priority: Priority; client: number; timeoutMs: number },
): Promise<Call> {
  const sentMs = performance.now();
  const headers = { Authorization: `Bearer user-${client}`, "X-Priority": priority };
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    await response.arrayBuffer();
    const hasRetryAfter = response.headers.has("retry-after");
    return { priority, sentMs, tookMs: performance.now() - sentMs, status: response.status, hasRetryAfter };
  } catch {
    return { priority, sentMs, tookMs: performance.now() - sentMs, status: 0, hasRetryAfter: false };
  }
}
