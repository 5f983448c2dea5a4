// Clients with different habits: most are modest, some search much, one does not stop.

import { setTimeout as wait } from "node:timers/promises";

interface Habit {
  readonly ip: string;
  readonly everyMs: number;
  readonly paths: readonly string[];
}

const HABITS: readonly Habit[] = [
  ...Array.from({ length: 24 }, (_, at) => ({
    ip: `192.0.2.${at + 10}`,
    everyMs: 900 + 157 * at,
    paths: ["/json", "/cacheable", `/search?q=word${at % 5}`, "/cacheable", "/echo"],
  })),
  ...Array.from({ length: 4 }, (_, at) => ({
    ip: `198.51.100.${at + 1}`,
    everyMs: 380 + 40 * at,
    paths: ["/search?q=tea", `/search?q=cup${at}`],
  })),
  { ip: "203.0.113.7", everyMs: 130, paths: ["/json", "/search?q=everything"] },
  { ip: "203.0.113.9", everyMs: 4_000, paths: ["/partners/list", "/error"] },
];

export interface Traffic {
  readonly token: string;
  readonly forMs: number;
}

/** Resolves when its time is over and all is answered. In the middle an operator changes a limit. */
export async function sendTraffic(url: string, { token, forMs }: Traffic): Promise<void> {
  const endMs = Date.now() + forMs;
  await Promise.all([
    ...HABITS.map((habit) => follow(url, habit, endMs)),
    wait(forMs / 2).then(() => override(url, token)),
  ]);
}

async function follow(url: string, { ip, everyMs, paths }: Habit, endMs: number): Promise<void> {
  for (let turn = 0; Date.now() < endMs; turn += 1) {
    // Locally the runtime believes who says whose address it is.
    const headers = { "cf-connecting-ip": ip };
    try {
      await (await fetch(url + paths[turn % paths.length], { headers })).arrayBuffer();
    } catch {
      // A connection that is cut is a client that tries again.
    }
    // As people do: not by the clock.
    await wait(everyMs * (0.5 + Math.random()));
  }
}

async function override(url: string, token: string): Promise<void> {
  const body = { policy: "search", key: ["198.51.100.2", "/search"], limit: 40, reason: "asked for more" };
  const answer = await fetch(`${url}/__headgate/v1/overrides`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`Cannot override: ${answer.status} ${await answer.text()}`);
}
