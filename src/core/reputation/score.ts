// A client's score: what it did that hostile clients do, in points, which halve in each half-life. Faults are weighed
// against what went well, so that an address that many share is judged by the share of its faults and not by their number;
// denials by limits alone make nobody banned. Pure, with time as an argument.

import { type BanSettings, type BanState, countDenials, shortenBan, toBanMs } from "../counters/ban.ts";

/** For each request that went well so many points of faults and denials are forgiven: one unknown path in ten. */
export const FORGIVEN_POINTS = 0.1;
/** From this share of what makes a suspect on, instances tell what went well without being asked by a fault. */
const DOUBTED_SHARE = 0.25;
/** A score goes no higher than so many times what bans: who stops is forgotten in the same time, however much it did. */
const BANS_MAX = 2;

/** Points, by what they are for; `clean` counts requests that went well. */
export interface Signals {
  /** Denied by a limit: at most as many points as make a suspect. */
  readonly denied: number;
  /** Refused credentials, unknown paths, malformed requests. */
  readonly faults: number;
  /** Paths that nothing leads to: nothing makes up for them. */
  readonly traps: number;
  readonly clean: number;
}

export interface ScoreSettings {
  readonly halfLifeMs: number;
  readonly suspect: number;
  readonly ban: number;
  /** How long the first ban lasts, the second, ...; the last repeats. Empty: nobody is banned. */
  readonly banForMs: readonly number[];
}

/** The points as they stood at `atMs`. */
export interface ClientScore extends Signals {
  readonly atMs: number;
  readonly ban: BanState | undefined;
  readonly settings: ScoreSettings;
}

export function isDoubted(score: number, { suspect }: ScoreSettings): boolean {
  return score >= suspect * DOUBTED_SHARE;
}

export const NO_SIGNALS: Signals = { denied: 0, faults: 0, traps: 0, clean: 0 };

export function addPoints(one: Signals, other: Signals): Signals {
  return {
    denied: one.denied + other.denied,
    faults: one.faults + other.faults,
    traps: one.traps + other.traps,
    clean: one.clean + other.clean,
  };
}

/** What is left of points after so long; a clock that went back changes nothing. */
export function toDecay(ageMs: number, halfLifeMs: number): number {
  return ageMs <= 0 ? 1 : 2 ** (-ageMs / halfLifeMs);
}

export function toPoints({ denied, faults, traps, clean }: Signals): number {
  return traps + Math.max(0, denied + faults - clean * FORGIVEN_POINTS);
}

export function toScore(state: ClientScore | undefined, nowMs: number): number {
  if (state === undefined) return 0;
  return toPoints(state) * toDecay(nowMs - state.atMs, state.settings.halfLifeMs);
}

/** Milliseconds that the client is still banned for, under its settings of today. */
export function toScoreBanMs(state: ClientScore | undefined, settings: ScoreSettings, nowMs: number): number {
  if (state?.ban === undefined || settings.banForMs.length === 0) return 0;
  const stored = { ...state.ban, settings: toBanSettings(state.settings) };
  return toBanMs(shortenBan(toBanSettings(settings), stored), nowMs);
}

/** The state with what came since. During a ban nothing counts: hammering does not make it longer. */
export function addSignals(
  before: ClientScore | undefined,
  signals: Signals,
  { settings, nowMs }: { readonly settings: ScoreSettings; readonly nowMs: number },
): ClientScore {
  const banMs = toScoreBanMs(before, settings, nowMs);
  const { denied, faults, traps, clean } = banMs > 0 ? NO_SIGNALS : signals;
  const kept = before === undefined ? 0 : toDecay(nowMs - before.atMs, settings.halfLifeMs);
  const old = before ?? NO_SIGNALS;
  const sum = toBounded(
    {
      denied: Math.min(settings.suspect, old.denied * kept + denied),
      faults: old.faults * kept + faults,
      traps: old.traps * kept + traps,
      clean: old.clean * kept + clean,
    },
    BANS_MAX * settings.ban,
  );
  const ban = toNextBan(before, toPoints(sum), { settings, nowMs, banMs });
  return { ...sum, atMs: Math.max(nowMs, before?.atMs ?? 0), ban, settings };
}

function toNextBan(
  before: ClientScore | undefined,
  points: number,
  {
    settings,
    nowMs,
    banMs,
  }: { readonly settings: ScoreSettings; readonly nowMs: number; readonly banMs: number },
): BanState | undefined {
  const known = before?.ban;
  if (banMs > 0 || points < settings.ban || settings.banForMs.length === 0) return known;
  return countDenials(toBanSettings(settings), known, { nowMs, denials: 1 });
}

function toBounded(signals: Signals, pointsMax: number): Signals {
  const excess = Math.max(0, toPoints(signals) - pointsMax);
  if (excess === 0) return signals;
  const ofFaults = Math.min(excess, signals.faults);
  return { ...signals, faults: signals.faults - ofFaults, traps: signals.traps - (excess - ofFaults) };
}

/** The score itself says when: the first time that it is reached bans. */
function toBanSettings({ halfLifeMs, banForMs }: ScoreSettings): BanSettings {
  return { after: 1, windowMs: halfLifeMs, forMs: banForMs };
}
