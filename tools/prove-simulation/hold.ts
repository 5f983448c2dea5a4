// Holds what a simulation says of a recorded log against what the gateway answered, line by line.

import { createHash } from "node:crypto";
import type { Config } from "../../src/core/config/config.ts";
import type { LoggedRequest } from "../../src/core/simulation/logged-request.ts";
import { parseLogLine } from "../../src/core/simulation/parse-log-line.ts";
import { Replay, type ReplayOutcome } from "../../src/core/simulation/replay.ts";
import type { Recorded } from "./record.ts";

const OUTCOMES: Readonly<Record<string, ReplayOutcome>> = {
  "429 quota-exceeded": "denied",
  "403 access-denied": "refused",
  "404 no-route": "no-route",
};

export interface Held {
  readonly lines: number;
  readonly denied: number;
  /** "17: 429 quota-exceeded, simulated: allowed" */
  readonly wrong: readonly string[];
}

export function holdAgainst(config: Config, { log, answers }: Recorded): Held {
  const replay = new Replay(config, {
    hash: (text) => createHash("sha256").update(text).digest("hex"),
    onUnknown: () => undefined,
    tierOf: () => undefined,
    isHit: () => false,
  });
  const lines = log.trimEnd().split("\n");
  const wrong: string[] = [];
  let denied = 0;
  for (const [at, line] of lines.entries()) {
    const answer = answers[at] ?? "none";
    const { outcome } = replay.decide(parseLogLine(line) as LoggedRequest);
    if (outcome === "denied") denied += 1;
    const isWhatItWas = outcome === (OUTCOMES[answer] ?? "allowed");
    if (!isWhatItWas) wrong.push(`${at + 1}: ${answer}, simulated: ${outcome}`);
  }
  return { lines: lines.length, denied, wrong };
}
