// A circuit breaker for one origin. Closed, it counts answers; open, no request is sent; half-open, a few probes are. Pure,
// with time as an argument. The breaker of counter objects (core/counters/counter-breaker.ts) is another one on purpose: it
// must keep nothing for an object that answers, so it cannot know a share.

export interface BreakerSettings {
  /** Bad answers in a row that open it. */
  readonly failuresMax: number;
  /** Share of bad answers within a window that opens it, in percent, once there are `answersMin`. */
  readonly badPercent: number;
  readonly answersMin: number;
  readonly windowMs: number;
  /** How long it stays open, and how long probes may take before others are sent in their place. */
  readonly openMs: number;
  /** How many probes are sent, and must all be good, before it closes. */
  readonly probes: number;
}

export type BreakerPhase = "closed" | "open" | "half-open";

export interface BreakerState {
  readonly isOpen: boolean;
  /** Counts openings, closings and rounds of probes. An answer counts in the turn in which its request was sent. */
  readonly turn: number;
  /** Bad answers in a row. */
  readonly failures: number;
  /** Of the current window, which is counted from its first answer. */
  readonly answers: number;
  readonly bad: number;
  readonly windowEndsMs: number;
  /** Until when it is open; once probes are out, when their round is over. */
  readonly untilMs: number;
  readonly probesSent: number;
  readonly probesGood: number;
  /** When it last closed: -Infinity when it never was open. */
  readonly closedAtMs: number;
}

/** Answers that came to be known together: one, or what an isolate has seen within a second. */
export interface AnswerCounts {
  readonly nowMs: number;
  /** The state's turn when they were asked for. */
  readonly turn: number;
  readonly answers: number;
  readonly bad: number;
  /** The bad ones in a row after the last good one. */
  readonly failures: number;
}

export const CLOSED: BreakerState = Object.freeze({
  isOpen: false,
  turn: 0,
  failures: 0,
  answers: 0,
  bad: 0,
  windowEndsMs: -Infinity,
  untilMs: -Infinity,
  probesSent: 0,
  probesGood: 0,
  closedAtMs: -Infinity,
});

export function toPhase({ isOpen, probesSent, untilMs }: BreakerState, nowMs: number): BreakerPhase {
  if (!isOpen) return "closed";
  return probesSent > 0 || nowMs >= untilMs ? "half-open" : "open";
}

/** Whether a request may be sent now. Its sender calls startAsking. */
export function mayAsk({ probes }: BreakerSettings, state: BreakerState, nowMs: number): boolean {
  if (!state.isOpen || nowMs >= state.untilMs) return true;
  return state.probesSent > 0 && state.probesSent < probes;
}

/**
 * The state once a request is sent. Probes whose answers never come do not block: after openMs a new round starts. Good
 * ones stay counted however slowly they come.
 */
export function startAsking({ openMs }: BreakerSettings, state: BreakerState, nowMs: number): BreakerState {
  const { isOpen, untilMs, probesSent, probesGood } = state;
  if (!isOpen) return state;
  const isOver = nowMs >= untilMs;
  if (isOver && probesGood < probesSent)
    return { ...state, turn: state.turn + 1, untilMs: nowMs + openMs, probesSent: 1, probesGood: 0 };
  return { ...state, untilMs: isOver ? nowMs + openMs : untilMs, probesSent: probesSent + 1 };
}

/** The state after answers. Those to requests of another turn do not count in this one. */
export function recordAnswers(
  settings: BreakerSettings,
  state: BreakerState,
  counts: AnswerCounts,
): BreakerState {
  if (counts.turn !== state.turn || counts.answers === 0) return state;
  return state.isOpen ? recordProbes(settings, state, counts) : recordClosed(settings, state, counts);
}

/** Opens it from outside: other isolates found that the origin fails. An open one stays as it is. */
export function openUntil(state: BreakerState, untilMs: number): BreakerState {
  return state.isOpen ? state : { ...CLOSED, isOpen: true, turn: state.turn + 1, untilMs };
}

function recordProbes(
  { probes, openMs }: BreakerSettings,
  state: BreakerState,
  { nowMs, answers, bad }: AnswerCounts,
): BreakerState {
  if (bad > 0) return { ...CLOSED, isOpen: true, turn: state.turn + 1, untilMs: nowMs + openMs };
  const probesGood = state.probesGood + answers;
  if (probesGood < probes) return { ...state, probesGood };
  return { ...CLOSED, turn: state.turn + 1, closedAtMs: nowMs };
}

function recordClosed(
  { failuresMax, badPercent, answersMin, windowMs, openMs }: BreakerSettings,
  state: BreakerState,
  counts: AnswerCounts,
): BreakerState {
  const { nowMs } = counts;
  const isNewWindow = nowMs >= state.windowEndsMs;
  const answers = counts.answers + (isNewWindow ? 0 : state.answers);
  const bad = counts.bad + (isNewWindow ? 0 : state.bad);
  const failures = counts.failures + (counts.bad < counts.answers ? 0 : state.failures);
  const isShareBad = answers >= answersMin && bad * 100 >= badPercent * answers;
  if (counts.bad > 0 && (failures >= failuresMax || isShareBad)) return openUntil(state, nowMs + openMs);
  const windowEndsMs = isNewWindow ? nowMs + windowMs : state.windowEndsMs;
  return { ...state, failures, answers, bad, windowEndsMs };
}
