// The load of the proof: several clients of several policies, as many requests at a time as a busy gateway has. What was let
// through is what the origin was asked: an answer that its client did not live to see counts as well.

import { request as sendRequest, type Agent } from "node:http";

/** Little comes back of a day's limit while this runs. */
const DAY = { window: "24h", key: "ip", timeoutMs: 5_000, onError: "closed" } as const;

/** By path; each has clients of its own. The first is counted in rows, all others in the journal once they are busy. */
export const POLICIES = {
  few: { ...DAY, algorithm: "sliding-window", limit: 15 },
  // Granted to an instance that is alone, while more than half is left.
  small: { ...DAY, algorithm: "sliding-window", limit: 60 },
  fixed: { ...DAY, algorithm: "fixed-window", limit: 150 },
  bucket: { ...DAY, algorithm: "token-bucket", limit: 200, burst: 200 },
  heavy: { ...DAY, algorithm: "sliding-window", limit: 1_500 },
} as const;
export type Path = keyof typeof POLICIES;

/** A bucket of a day gives back less than this in the time that the proof may take. */
export const REFILLED_MAX = 2;

interface Workload {
  readonly path: Path;
  /** Of requests. */
  readonly share: number;
  readonly clients: number;
  /** Whether others come after every second kill: their counters are at their beginning at one kill, and then come to their limit. */
  readonly isRenewed: boolean;
}

const WORKLOADS: readonly Workload[] = [
  { path: "few", share: 0.15, clients: 8, isRenewed: true },
  { path: "small", share: 0.2, clients: 4, isRenewed: true },
  { path: "fixed", share: 0.2, clients: 10, isRenewed: false },
  { path: "bucket", share: 0.2, clients: 10, isRenewed: false },
  { path: "heavy", share: 0.25, clients: 3, isRenewed: false },
];

/** Requests that reached the origin, by policy and client. */
export class Admitted {
  readonly #counts = new Map<string, number>();

  /** `target`: of a request to the origin. */
  add(target: string): void {
    this.#counts.set(target, (this.#counts.get(target) ?? 0) + 1);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Requests above a limit, and clients that have had all of theirs. */
  toFindings(): { readonly over: number; readonly full: number; readonly clients: number } {
    const found = [...this.#counts].map(([target, count]) => {
      const path = target.slice(1, target.indexOf("?")) as Path;
      const { algorithm, limit } = POLICIES[path];
      return count - limit - (algorithm === "token-bucket" ? REFILLED_MAX : 0);
    });
    return {
      over: found.reduce((sum, above) => sum + Math.max(0, above), 0),
      full: found.filter((above) => above >= -REFILLED_MAX).length,
      clients: found.length,
    };
  }
}

export interface Loaded {
  sent: number;
  answered: number;
}

export interface LoadOptions {
  readonly url: URL;
  readonly agent: Agent;
  /** Of the kill that ends it. */
  readonly turn: number;
  readonly atOnce: number;
  readonly endMs: number;
}

/** Ends when the gateway has gone, or it is time. */
export async function load({ url, agent, turn, atOnce, endMs }: LoadOptions): Promise<Loaded> {
  const loaded: Loaded = { sent: 0, answered: 0 };
  const work = async (): Promise<void> => {
    while (Date.now() < endMs) {
      const { path, client } = draw(turn);
      loaded.sent += 1;
      const status = await send(new URL(`/${path}?client=${client}`, url), { agent, ip: client });
      if (status === undefined) return;
      loaded.answered += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return loaded;
}

function draw(turn: number): { readonly path: Path; readonly client: string } {
  let at = Math.random();
  const drawn = WORKLOADS.find(({ share }) => (at -= share) < 0) ?? WORKLOADS[0];
  if (drawn === undefined) throw new Error("no load");
  const client = Math.floor(Math.random() * drawn.clients);
  return { path: drawn.path, client: `10.${drawn.isRenewed ? Math.floor(turn / 2) : 0}.0.${client}` };
}

/** undefined: it was cut off. */
function send(url: URL, { agent, ip }: { agent: Agent; ip: string }): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = sendRequest(url, { agent, headers: { "CF-Connecting-IP": ip } }, (response) => {
      response.on("error", () => resolve(undefined));
      response.on("end", () => resolve(response.statusCode));
      response.resume();
    });
    sent.on("error", () => resolve(undefined));
    sent.end();
  });
}
