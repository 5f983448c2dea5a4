// Leased policies against exact ones: a simulation decides by one counter, a gateway also by quota that it lent to isolates.
// It may deny more for that, of no client less.

import { createHash } from "node:crypto";
import type { Config } from "../../src/core/config/config.ts";
import type { LoggedRequest } from "../../src/core/simulation/logged-request.ts";
import { parseLogLine } from "../../src/core/simulation/parse-log-line.ts";
import { Replay } from "../../src/core/simulation/replay.ts";
import type { Recorded } from "./record.ts";

/** One policy a route and a cost of 1: what one policy denies changes nothing of what another one does. */
export function toLeasedConfig(origin: string): Readonly<Record<string, unknown>> {
  const day = { algorithm: "sliding-window", window: "1d", key: "ip" };
  return {
    origin,
    policies: {
      dear: { ...day, limit: 60 },
      items: { ...day, limit: 100 },
      others: { ...day, limit: 200, algorithm: "sliding-window-log" },
    },
    routes: [
      { path: "/dear/*", policies: ["dear"] },
      { path: "/items/:id", policies: ["items"] },
      { path: "/*", policies: ["others"] },
    ],
  };
}

export interface HeldLeased {
  readonly lines: number;
  readonly exact: number;
  readonly leased: number;
  /** "dear of 192.0.2.7: 12 denied, exact 13" */
  readonly fewer: readonly string[];
}

export function holdLeased(config: Config, { log, answers }: Recorded): HeldLeased {
  const replay = new Replay(config, {
    hash: (text) => createHash("sha256").update(text).digest("hex"),
    onUnknown: () => undefined,
    tierOf: () => undefined,
    isHit: () => false,
  });
  const denied = new Map<string, { exact: number; leased: number }>();
  const lines = log.trimEnd().split("\n");
  for (const [at, line] of lines.entries()) {
    const request = parseLogLine(line) as LoggedRequest;
    const { outcome, route } = replay.decide(request);
    const id = `${route?.policies[0]?.name} of ${request.address}`;
    const counts = denied.get(id) ?? { exact: 0, leased: 0 };
    denied.set(id, counts);
    if (outcome === "denied") counts.exact += 1;
    if (answers[at] === "429 quota-exceeded") counts.leased += 1;
  }
  const all = [...denied.values()];
  return {
    lines: lines.length,
    exact: all.reduce((sum, { exact }) => sum + exact, 0),
    leased: all.reduce((sum, { leased }) => sum + leased, 0),
    fewer: [...denied]
      .filter(([, { exact, leased }]) => leased < exact)
      .map(([id, { exact, leased }]) => `${id}: ${leased} denied, exact ${exact}`),
  };
}
