// Bans: a key that goes on after being denied is banned for a while, longer each time, and forgiven step by step. Pure,
// with time as an argument. A ban counts denials, not use: the policy's counter never sees it.

export interface BanSettings {
  /** Denials within the window that make a ban. */
  readonly after: number;
  readonly windowMs: number;
  /** How long the first ban lasts, the second, ...; the last repeats. */
  readonly forMs: readonly number[];
}

export interface BanState {
  readonly windowEndsMs: number;
  readonly denials: number;
  /** Bans in a row, as of the last; goes down by one for every stretch without a ban as long as the last one was. */
  readonly level: number;
  readonly untilMs: number;
}

const NEVER: BanState = { windowEndsMs: 0, denials: 0, level: 0, untilMs: 0 };

/** Milliseconds that the key is still banned for; 0 when it is not. */
export function toBanMs(state: BanState | undefined, nowMs: number): number {
  return state === undefined ? 0 : Math.max(0, state.untilMs - nowMs);
}

/** The ban under today's settings: one that was made under others never outlasts what is configured. */
export function shortenBan<State extends BanState>(
  settings: BanSettings,
  state: State & { readonly settings: BanSettings },
): State {
  const { level, untilMs } = state;
  const startMs = untilMs - toLengthMs(state.settings, level);
  return { ...state, untilMs: Math.min(untilMs, startMs + toLengthMs(settings, level)) };
}

/** The state after so many more denials. Denials during a ban do not count: hammering does not make it longer. */
export function countDenials(
  settings: BanSettings,
  state: BanState | undefined,
  { nowMs, denials }: { readonly nowMs: number; readonly denials: number },
): BanState {
  const before = state ?? NEVER;
  if (toBanMs(before, nowMs) > 0) return before;
  const isOpen = nowMs < before.windowEndsMs;
  const total = (isOpen ? before.denials : 0) + denials;
  if (total < settings.after) {
    const windowEndsMs = isOpen ? before.windowEndsMs : nowMs + settings.windowMs;
    return { ...before, denials: total, windowEndsMs };
  }
  const next = Math.min(toLevel(settings, before, nowMs) + 1, settings.forMs.length);
  return { windowEndsMs: 0, denials: 0, level: next, untilMs: nowMs + toLengthMs(settings, next) };
}

/** The latest moment that the state is of: a ban began, or a window did. */
export function toBanMadeMs({
  settings,
  level,
  untilMs,
  windowEndsMs,
}: BanState & { readonly settings: BanSettings }): number {
  return Math.max(untilMs - toLengthMs(settings, level), windowEndsMs - settings.windowMs);
}

/** The state as if all of it had happened so much earlier; 0 stays "never". */
export function setBanBack<State extends BanState>(state: State, byMs: number): State {
  const { untilMs, windowEndsMs } = state;
  return {
    ...state,
    untilMs: Math.max(0, untilMs - byMs),
    windowEndsMs: Math.max(0, windowEndsMs - byMs),
  };
}

/** Epoch milliseconds from which the state is "never seen": all its levels forgiven, its window over. */
export function toBanExpiryMs(settings: BanSettings, { level, untilMs, windowEndsMs }: BanState): number {
  return Math.max(untilMs + level * toLengthMs(settings, level), windowEndsMs);
}

/** The level by now. Levels are forgiven from the end of the last ban on; what is stored stays as that ban left it. */
function toLevel(settings: BanSettings, { level, untilMs }: BanState, nowMs: number): number {
  const lengthMs = toLengthMs(settings, level);
  if (level === 0 || lengthMs === 0) return 0;
  return Math.max(0, level - Math.floor((nowMs - untilMs) / lengthMs));
}

function toLengthMs({ forMs }: BanSettings, level: number): number {
  return forMs[Math.min(level, forMs.length) - 1] ?? 0;
}
