// Calls of all kinds, and whether the gateway counts of them exactly what the provider does: before and after it is killed in
// their middle, and once more when they have ended.

import { setTimeout as wait } from "node:timers/promises";
import { call, type CallOptions, readUsed, startTokenStand, type TokenStand } from "./stand.ts";

const LIMIT = 1e9;
const TEAM = "mixed";
const PARALLEL = 8;
/** What one call takes at most before it is settled: its prompt, and what it may answer. */
const ESTIMATE_MAX = 110;
/** A call that ended by so long ago has been settled, and what came back of it is stored. */
const STORED_MS = 600;
/** The provider sees within this time that its callers have gone. */
const GONE_MS = 300;
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
  /** What the provider counts, and the gateway: of what came since the first kill, and what it counts of that after the second. */
  readonly provider: number;
  readonly gateway: number;
  readonly afterRestart: number;
  /** Of the first kill: calls that it cut off or that had just ended, and what was counted above the provider's count. */
  readonly underWay: number;
  readonly above: number;
  readonly aboveMax: number;
}

/** Both APIs' policies count the same key apart: their sum is what the team has used. */
export async function playMixed(calls: number): Promise<Mixed> {
  const stand = await startTokenStand(LIMIT, { window: "1h" });
  try {
    const half = new Callers(Math.floor(calls / 2));
    const [all] = await Promise.all([half.work(stand.url), killAtHalf(half, stand)]);
    const url = await stand.restart();
    await wait(GONE_MS);
    const [providerBefore, gatewayBefore] = [stand.provider.used(), await readAll(url)];
    const callers = new Callers(calls - all);
    await callers.work(url);
    await wait(STORED_MS);
    const gateway = (await readAll(url)) - gatewayBefore;
    await stand.kill();
    const afterRestart = (await readAll(await stand.restart())) - gatewayBefore;
    return {
      calls: all + callers.ended,
      provider: stand.provider.used() - providerBefore,
      gateway,
      afterRestart,
      underWay: half.underWay,
      above: gatewayBefore - providerBefore,
      aboveMax: half.underWay * ESTIMATE_MAX,
    };
  } finally {
    await stand.close();
  }
}

async function killAtHalf(callers: Callers, stand: TokenStand): Promise<void> {
  while (callers.ended < callers.count / 2) await wait(5);
  callers.stop();
  await stand.kill();
}

/** Several at a time. */
class Callers {
  readonly count: number;
  readonly #endedMs: number[] = [];
  #begun = 0;
  #stoppedMs = Infinity;

  constructor(count: number) {
    this.count = count;
  }

  get ended(): number {
    return this.#endedMs.length;
  }

  /** Calls that had not ended when it was stopped, or just had. */
  get underWay(): number {
    return this.#endedMs.filter((ms) => ms > this.#stoppedMs - STORED_MS).length;
  }

  stop(): void {
    this.#stoppedMs = performance.now();
  }

  /** Answers how many calls were made. */
  async work(url: string): Promise<number> {
    const one = async (): Promise<void> => {
      while (this.#begun < this.count && this.#stoppedMs === Infinity) {
        const kind = KINDS[this.#begun % KINDS.length];
        this.#begun += 1;
        if (kind === undefined) return;
        await call(url, { ...kind, team: kind.path === "/v1/messages" ? `${TEAM}-claude` : TEAM });
        this.#endedMs.push(performance.now());
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, one));
    return this.#begun;
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
