// How late a slow counter object answers, in milliseconds.

export const SLOW_MS = 400;
