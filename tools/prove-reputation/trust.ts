// Who earns trust, and what it is worth at a peak: a client that comes for a week, a new address, one that was suspect; and
// what it costs a botnet to farm it. Isolates, the counter object and the limits are the core code that ships.

import { toAlgorithm } from "../../src/core/algorithms/registry.ts";
import { parseConfig } from "../../src/core/config/parse-config.ts";
import type { Policy } from "../../src/core/policies/policy.ts";
import { pickVariant } from "../../src/core/policies/pick-variants.ts";
import type { KnownStanding } from "../../src/core/reputation/standings.ts";
import type { Happened } from "../../src/core/reputation/to-signals.ts";
import { Fleet, toSettings } from "./fleet.ts";
import { SCANNER } from "./scenarios.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const ISOLATES = 10;

/** At a peak of `PEAK` requests at once everybody gets 10, trusted clients 50. */
export const BURSTS = { everybody: 10, trusted: 50 } as const;
const PEAK = 60;

type Standing = KnownStanding["standing"];

function createFleet(): Fleet {
  return new Fleet(ISOLATES, { settings: toSettings({ trusted: { after: "7d" } }) });
}

/** One visit in each of these hours; `faults`: what becomes of the visits of an hour, where it is not well. */
function comeIn(fleet: Fleet, key: string, { hours, visits, faults = {} }: ComeIn): void {
  for (const hour of hours) {
    for (let visit = 0; visit < visits; visit += 1)
      fleet.send(key, faults[hour] ?? {}, { at: hour + visit, nowMs: hour * HOUR_MS + visit * 2_000 });
  }
}

interface ComeIn {
  readonly hours: readonly number[];
  readonly visits: number;
  readonly faults?: Readonly<Record<number, Partial<Happened>>>;
}

/** So many days of eight hours each. */
export const toOfficeHours = (days: number): readonly number[] =>
  Array.from({ length: days * 8 }, (_, at) => Math.floor(at / 8) * 24 + 9 + (at % 8));

function readPolicy(): Policy {
  const parsed = parseConfig({
    origin: "https://a.example.com",
    policies: {
      calls: { algorithm: "token-bucket", limit: 60, window: "1m", burst: BURSTS.everybody, key: "ip" },
    },
    tiers: { trusted: { calls: { burst: BURSTS.trusted } }, suspect: { calls: { limit: 1, burst: 1 } } },
    routes: [{ path: "/*", policies: ["calls"] }],
    reputation: { mode: "enforce", trusted: {} },
  });
  const [policy] = parsed.ok ? (parsed.value.routes[0]?.policies ?? []) : [];
  if (policy === undefined) throw new Error("Cannot prove: this is no configuration with a policy");
  return policy;
}

export interface Peak {
  readonly standing: Standing;
  /** Requests of the peak that were let in. */
  readonly letIn: number;
}

/** All requests of a peak at one moment. */
function peak(standing: Standing): number {
  const { algorithm, settings } = pickVariant(readPolicy(), standing === "clear" ? undefined : standing, {
    facts: { method: "GET", country: undefined },
    routePath: "/*",
  });
  const { decide } = toAlgorithm(algorithm);
  let state: ReturnType<typeof decide>["state"];
  let letIn = 0;
  for (let sent = 0; sent < PEAK; sent += 1) {
    const verdict = decide(settings, state, { nowMs: 0, cost: 1 });
    state = verdict.state;
    if (verdict.outcome === "allowed") letIn += 1;
  }
  return letIn;
}

/** A client with such a past comes on the morning of the eighth day, at a peak. */
export function comeAtPeak(past: ComeIn): Peak {
  const fleet = createFleet();
  comeIn(fleet, "ip=1", past);
  const standing = fleet.send("ip=1", {}, { at: 0, nowMs: 7 * DAY_MS + 10 * HOUR_MS });
  return { standing, letIn: peak(standing) };
}

/** For so many minutes a scanner, on the fourth day of a week that is clean otherwise. */
export function comeAtPeakAfterScan(): Peak & { readonly atWorst: boolean } {
  const fleet = createFleet();
  const days = toOfficeHours(8);
  comeIn(fleet, "ip=1", { hours: days.filter((hour) => hour < 80), visits: 5 });
  for (let sent = 0; sent < 60; sent += 1)
    fleet.send("ip=1", SCANNER, { at: sent, nowMs: 80 * HOUR_MS + sent * 1_000 });
  comeIn(fleet, "ip=1", { hours: days.filter((hour) => hour > 81 && hour < 178), visits: 5 });
  const standing = fleet.send("ip=1", {}, { at: 0, nowMs: 7 * DAY_MS + 10 * HOUR_MS });
  return {
    standing,
    letIn: peak(standing),
    atWorst: fleet.turned.some((turned) => turned.standing === "suspect"),
  };
}

/** A trusted client asks for a trap: what it is for its next request, at the same isolate and at another. */
export function betray(): readonly Standing[] {
  const fleet = createFleet();
  comeIn(fleet, "ip=1", { hours: toOfficeHours(8), visits: 2 });
  const nowMs = 7 * DAY_MS + 17 * HOUR_MS;
  const before = fleet.send("ip=1", { isTrap: true, ...SCANNER }, { at: 0, nowMs });
  const same = fleet.send("ip=1", {}, { at: 0, nowMs: nowMs + 1 });
  return [before, same, fleet.send("ip=1", {}, { at: 1, nowMs: nowMs + 2 })];
}

export interface Farmed {
  /** Requests that each address had to send, and for how long. */
  readonly requests: number;
  readonly days: number;
  readonly rows: number;
}

/** The least that an address of a botnet does for trust: requests spread as thinly as they may be. */
export function farm(): Farmed {
  const fleet = createFleet();
  const everyMs = 14 * HOUR_MS;
  for (let sent = 0; sent < 100; sent += 1) {
    const nowMs = sent * everyMs;
    if (fleet.send("ip=1", {}, { at: sent, nowMs }) === "trusted")
      return { requests: sent, days: nowMs / DAY_MS, rows: fleet.trustRows };
  }
  throw new Error("Cannot prove: nobody is ever trusted");
}
