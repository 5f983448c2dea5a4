// Calls of all kinds, and whether the gateway counts of them exactly what the provider does.

import { setTimeout as wait } from "node:timers/promises";
import { call, type CallOptions, readUsed, startTokenStand } from "./stand.ts";

const LIMIT = 1e9;
const TEAM = "mixed";
const PARALLEL = 8;
/** What one call takes at most before it is settled: its prompt, and what it may answer. */
const ESTIMATE_MAX = 110;
const AHEAD_SECONDS = 4;
/** A counter object stores what it has counted within a second or so. */
const STORED_MS = 2_500;
const asked = { stream: true, stream_options: { include_usage: true } };

/** One of each kind. What leaves does so while the provider says nothing new: what has passed is then the same for both. */
const KINDS: readonly Omit<CallOptions, "team">[] = [
  { content: "say 12" },
  { content: "say 30", more: { stream: true } },
  { content: "say 25", more: asked },
  { content: "tools 9" },
  { content: "tools 9", more: { stream: true } },
  { content: "say 80", more: { max_tokens: 20, stream: true } },
  { content: "fail" },
  { content: "hang 7", more: asked, leaveAfter: 7 },
  { content: "hang 5", more: { stream: true }, leaveAfter: 5 },
  { path: "/v1/messages", content: "say 14" },
  { path: "/v1/messages", content: "say 14", more: { stream: true } },
  { path: "/v1/messages", content: "tools 6", more: { stream: true } },
  { path: "/v1/messages", content: "hang 4", more: { stream: true }, leaveAfter: 4 },
];

export interface Mixed {
  readonly calls: number;
  readonly provider: number;
  readonly gateway: number;
  /** Never less; and more by what was written ahead: what calls of some seconds took before they were settled. */
  readonly afterRestart: number;
  readonly aheadMax: number;
}

/** Both APIs' policies count the same key apart: their sum is what the team has used. */
export async function playMixed(calls: number): Promise<Mixed> {
  const stand = await startTokenStand(LIMIT, { window: "1h" });
  const left = Array.from({ length: calls }, (_, at) => KINDS[at % KINDS.length]).values();
  const work = async (): Promise<void> => {
    for (const kind of left) {
      if (kind === undefined) continue;
      const isClaude = kind.path === "/v1/messages";
      await call(stand.url, { ...kind, team: isClaude ? `${TEAM}-claude` : TEAM });
    }
  };
  try {
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: PARALLEL }, work));
    const perSecond = Math.max(calls / ((performance.now() - startedMs) / 1_000), PARALLEL);
    await wait(500);
    const gateway = await readAll(stand.url);
    await wait(STORED_MS);
    const afterRestart = await readAll(await stand.restart());
    const aheadMax = Math.ceil(AHEAD_SECONDS * perSecond * ESTIMATE_MAX);
    return { calls, provider: stand.provider.used(), gateway, afterRestart, aheadMax };
  } finally {
    await stand.close();
  }
}

async function readAll(url: string): Promise<number> {
  const used = await Promise.all([readUsed(url, TEAM, LIMIT), readClaude(url, `${TEAM}-claude`)]);
  return used.reduce((all, one) => all + one, 0);
}

async function readClaude(url: string, team: string): Promise<number> {
  const response = await fetch(`${url}/v1/messages`, { headers: { "x-team": team } });
  await response.body?.cancel();
  return LIMIT - Number(response.headers.get("anthropic-ratelimit-tokens-remaining"));
}
