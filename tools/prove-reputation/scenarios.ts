// Who comes: a scanner, a stuffer of credentials, a week of ordinary clients, an office behind one address. Each says what
// became of it.

import type { KnownStanding } from "../../src/core/reputation/standings.ts";
import type { Happened } from "../../src/core/reputation/to-signals.ts";
import { Fleet } from "./fleet.ts";

type Standing = KnownStanding["standing"];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Caught {
  /** Requests that went before, and how long it took; undefined: it was never suspect. */
  readonly requests: number | undefined;
  readonly ms: number | undefined;
}

interface Attack {
  readonly happened: Partial<Happened>;
  readonly isolates: number;
  readonly everyMs: number;
  readonly requests: number;
  /** Whether it claims that pages of other sites make it ask. */
  readonly isOfOtherSite?: boolean;
  /** Requests that go well before each of its own. */
  readonly good?: number;
  /** As in Office. */
  readonly askedEach?: number;
}

/** One client that does the same again and again, at whichever isolate it meets. */
export function attack(
  { happened, isolates, everyMs, requests, isOfOtherSite = false, good = 0, askedEach = 1 }: Attack,
  seed: number,
): Caught {
  const fleet = new Fleet(isolates, { askedEach });
  const random = createRandom(seed);
  for (let sent = 0; sent < requests; sent += 1) {
    const nowMs = sent * everyMs;
    const at = Math.floor(random() * isolates);
    const is = sent % (good + 1) === good ? happened : {};
    if (fleet.send("ip=9:192.0.2.1", is, { at, nowMs, isOfOtherSite }) !== "clear")
      return { requests: sent, ms: nowMs };
  }
  return { requests: undefined, ms: undefined };
}

export const SCANNER = { code: "no-route", status: 404 } as const;
export const STUFFER = { code: "credential-invalid", status: 401 } as const;

export interface Held {
  readonly requests: number;
  readonly suspects: number;
  readonly banned: number;
  readonly scoreMax: number;
}

function toHeld(fleet: Fleet, requests: number, scoreMax: number): Held {
  const of = (standing: string): number =>
    new Set(fleet.turned.filter((turned) => turned.standing === standing).map(({ key }) => key)).size;
  return { requests, suspects: of("suspect"), banned: of("banned"), scoreMax };
}

/** What ordinary requests come to: of a hundred one is a dead link, and now and then a key is mistyped. */
function toOrdinary(random: () => number, faults: number): Partial<Happened> {
  const drawn = random();
  if (drawn >= faults) return {};
  const share = drawn / faults;
  if (share < 0.6) return SCANNER;
  if (share < 0.75) return STUFFER;
  if (share < 0.9) return { code: "quota-exceeded", status: 429 };
  return { code: "malformed-escape", status: 400 };
}

/** So many clients over so many days: sessions by day, hardly any by night, each client with its own share of faults. */
export function liveOn(
  { clients, days, isolates }: { clients: number; days: number; isolates: number },
  seed: number,
): Held {
  const fleet = new Fleet(isolates);
  const random = createRandom(seed);
  let requests = 0;
  let scoreMax = 0;
  const events: { readonly client: number; readonly atMs: number; readonly length: number }[] = [];
  for (let client = 0; client < clients; client += 1) {
    for (let day = 0; day < days; day += 1) {
      const sessions = Math.floor(random() * 4);
      for (let session = 0; session < sessions; session += 1) {
        // The sum of three draws is a day's hill around two in the afternoon.
        const hour = 4 + ((random() + random() + random()) / 3) * 20;
        events.push({ client, atMs: day * DAY_MS + hour * HOUR_MS, length: 5 + Math.floor(random() * 60) });
      }
    }
  }
  events.sort((one, other) => one.atMs - other.atMs);
  for (const { client, atMs, length } of events) {
    const key = `ip=${client}`;
    // A few have a share of faults of one in ten.
    const faults = client % 50 === 0 ? 0.1 : 0.02;
    for (let at = 0; at < length; at += 1) {
      const nowMs = atMs + at * 2_000;
      fleet.send(key, toOrdinary(random, faults), { at: client + Math.floor(random() * 3), nowMs });
      requests += 1;
    }
    scoreMax = Math.max(scoreMax, fleet.toScore(key, atMs + length * 2_000));
  }
  return toHeld(fleet, requests, scoreMax);
}

interface Office {
  readonly people: number;
  readonly hours: number;
  readonly isolates: number;
  readonly faults: number;
  /** One of so many requests asks its counter object; unless given, each. */
  readonly askedEach?: number;
}

/** So many people behind one address, over so many hours, with a share of requests that fail: all of the worst kind. */
export function openOffice({ people, hours, isolates, faults, askedEach = 1 }: Office, seed: number): Held {
  const fleet = new Fleet(isolates, { askedEach });
  const random = createRandom(seed);
  const everyMs = 10_000 / people;
  const requests = Math.floor((hours * HOUR_MS) / everyMs);
  const key = "ip=11:203.0.113.9";
  let scoreMax = 0;
  for (let sent = 0; sent < requests; sent += 1) {
    const nowMs = sent * everyMs;
    const happened = random() < faults ? STUFFER : {};
    fleet.send(key, happened, { at: Math.floor(random() * isolates), nowMs });
    if (sent % 50 === 0) scoreMax = Math.max(scoreMax, fleet.toScore(key, nowMs));
  }
  return toHeld(fleet, requests, scoreMax);
}

/** A score, and what is left of it ten minutes later. */
export function rest(): { readonly before: number; readonly after: number } {
  const fleet = new Fleet(1);
  for (let sent = 0; sent < 40; sent += 1) fleet.send("ip=1", SCANNER, { at: 0, nowMs: sent * 1_000 });
  const nowMs = 39_000;
  return { before: fleet.toScore("ip=1", nowMs), after: fleet.toScore("ip=1", nowMs + 10 * MINUTE_MS) };
}

/** So many addresses with one fault each: what an object keeps of them in rows. */
export function flood(addresses: number): number {
  const fleet = new Fleet(1);
  for (let at = 0; at < addresses; at += 1) fleet.send(`ip=${at}`, SCANNER, { at: 0, nowMs: at * 1_000 });
  return fleet.rows;
}

export interface Visited {
  /** What the visitor's own requests were taken for at worst, and those that the page caused. */
  readonly own: readonly Standing[];
  readonly ofPage: readonly Standing[];
}

const distinct = (standings: readonly Standing[]): readonly Standing[] => [...new Set(standings)].sort();

/** A visitor who looks around at ease, while a page of another site makes its browser ask for whatever looks worst. */
export function visitWithHostilePage(
  { requests, isolates, everyMs }: Pick<Attack, "requests" | "isolates" | "everyMs">,
  seed: number,
): Visited {
  const fleet = new Fleet(isolates);
  const random = createRandom(seed);
  const own: Standing[] = [];
  const ofPage: Standing[] = [];
  const worst = [
    SCANNER,
    { isTrap: true, ...SCANNER },
    STUFFER,
    { code: "malformed-escape", status: 400 },
  ] as const;
  for (let sent = 0; sent < requests; sent += 1) {
    const [nowMs, at] = [sent * everyMs, Math.floor(random() * isolates)];
    ofPage.push(
      fleet.send("ip=1", worst[sent % worst.length] ?? SCANNER, { at, nowMs, isOfOtherSite: true }),
    );
    if (sent % 20 === 0) own.push(fleet.send("ip=1", {}, { at, nowMs }));
  }
  return { own: distinct(own), ofPage: distinct(ofPage) };
}
