// Two kinds of clients of every algorithm: one that obeys Retry-After, which never sees a second 429 when it is alone, and
// one that never waits, which gets no more than the algorithm allows.

import { beforeAll, describe, expect, it } from "vitest";
import { newAddress, type Reply, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { untilTime } from "../support/until.ts";

const LIMIT = 4;
const FOR_MS = 4_000;
/** Who never waits is denied more often than this, however long a slow machine takes for it. */
const DENIED_MIN = 50;
// Waits are no whole seconds: Retry-After must be rounded, and up.
const WINDOW_MS = 1_300;
const BRIEF = { limit: LIMIT, window: `${WINDOW_MS}ms`, key: "ip" };

interface Subject {
  readonly options: object;
  /** The most that any window may admit; undefined where that is measured elsewhere. */
  readonly unitsMax?: number;
}

const subjects: Readonly<Record<string, Subject>> = {
  // A burst of four, and what refills within the window.
  "token-bucket": { options: { ...BRIEF, algorithm: "token-bucket" }, unitsMax: 2 * LIMIT - 1 },
  "token-bucket-small": {
    options: { ...BRIEF, algorithm: "token-bucket", burst: 1 },
    unitsMax: LIMIT,
  },
  "sliding-window": { options: { ...BRIEF, algorithm: "sliding-window" }, unitsMax: LIMIT },
  "sliding-window-log": { options: { ...BRIEF, algorithm: "sliding-window-log" }, unitsMax: LIMIT },
  "sliding-window-counter": {
    options: { ...BRIEF, algorithm: "sliding-window-counter" },
    unitsMax: 2 * LIMIT - 1,
  },
  "fixed-window": { options: { ...BRIEF, algorithm: "fixed-window" }, unitsMax: 2 * LIMIT },
  "fixed-window-first": {
    options: { ...BRIEF, algorithm: "fixed-window", align: "first-request" },
    unitsMax: 2 * LIMIT - 1,
  },
  "leaky-bucket": { options: { ...BRIEF, algorithm: "leaky-bucket", delayMax: "300ms" } },
  concurrency: { options: { algorithm: "concurrency", limit: 1, expires: "1300ms", key: "ip" } },
};
const names = Object.keys(subjects);

const { gateway } = await startStand({
  policies: Object.fromEntries(names.map((name) => [name, subjects[name]?.options])),
  routes: [
    ...names.map((name) => ({ path: `/${name}`, policies: [name] })),
    // Every kind of window at once: the longest wait decides.
    {
      path: "/all",
      policies: names.filter((name) => name !== "leaky-bucket" && name !== "concurrency"),
    },
  ],
});

interface Stay {
  readonly replies: readonly Reply[];
  readonly tookMs: number;
  /** 429s that came to a request for which the client had waited as long as it was told. */
  readonly secondDenials: number;
}

/** One client alone under one policy, which waits as it is told or does not wait at all. */
async function stay(name: string, { isPolite }: { readonly isPolite: boolean }): Promise<Stay> {
  const ip = newAddress();
  const startMs = Date.now();
  const replies: Reply[] = [];
  let secondDenials = 0;
  let deniedLeft = isPolite ? 0 : DENIED_MIN + 1;
  while (Date.now() < startMs + FOR_MS || deniedLeft > 0) {
    const reply = await send(gateway, `/${name}`, { ip });
    if (isPolite && reply.status === 429) {
      if (replies.at(-1)?.status === 429) secondDenials += 1;
      await untilTime(reply.answeredAtMs + Number(reply.field("Retry-After")) * 1_000);
    }
    if (reply.status === 429) deniedLeft -= 1;
    replies.push(reply);
  }
  return { replies, tookMs: Date.now() - startMs, secondDenials };
}

/** All of them at once: each has a key of its own. */
async function stayAll(all: readonly string[], isPolite: boolean): Promise<ReadonlyMap<string, Stay>> {
  const stays = await Promise.all(all.map(async (name) => [name, await stay(name, { isPolite })] as const));
  return new Map(stays);
}

const countAdmitted = ({ replies }: Stay): number => replies.filter(({ status }) => status === 200).length;

describe("a client that obeys Retry-After", () => {
  const all = [...names, "all"];
  let stays: ReadonlyMap<string, Stay>;

  beforeAll(async () => {
    stays = await stayAll(all, true);
  });

  it.each(all)("never sees a second 429 under %s", (name) => {
    const own = stays.get(name);
    expect(own?.secondDenials).toBe(0);
    // At the worst it waits for two seconds before each.
    expect(own === undefined ? 0 : countAdmitted(own)).toBeGreaterThanOrEqual(FOR_MS / 2_000);
  });
});

/** The most requests that were certainly admitted within any window: those whose whole span lies in it. */
function countInFullestWindow({ replies }: Stay): number {
  const admitted = replies.filter(({ status }) => status === 200);
  const counts = admitted.map(
    ({ sentAtMs }) =>
      admitted.filter((other) => other.sentAtMs >= sentAtMs && other.answeredAtMs < sentAtMs + WINDOW_MS)
        .length,
  );
  return Math.max(...counts);
}

describe("a client that never waits", () => {
  const hammered = names.filter((name) => subjects[name]?.unitsMax !== undefined);
  let stays: ReadonlyMap<string, Stay>;

  beforeAll(async () => {
    stays = await stayAll(hammered, false);
  });

  it.each(hammered)("gets no more than its limit under %s, and no less for it", (name) => {
    const own = stays.get(name);
    if (own === undefined) throw new Error("did not stay");
    expect(countInFullestWindow(own)).toBeLessThanOrEqual(subjects[name]?.unitsMax ?? 0);
    expect(own.replies.length - countAdmitted(own)).toBeGreaterThan(DENIED_MIN);
    // Hammering does not pay, and is not punished.
    expect(countAdmitted(own)).toBeGreaterThanOrEqual(2 * LIMIT);
    expect(countAdmitted(own)).toBeLessThanOrEqual((own.tookMs / WINDOW_MS + 2) * LIMIT);
  });
});
