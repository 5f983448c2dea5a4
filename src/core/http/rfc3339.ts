// Instants as RFC 3339 writes them in UTC, by the language's own calendar, which is given every instant: no clock, no zone.

// oxlint-disable-next-line eslint/no-restricted-globals -- only ever given an instant: it reads no clock
const Calendar = Date;

/** "2026-11-28T14:02:11.402Z" */
export function formatInstant(epochMs: number): string {
  return new Calendar(epochMs).toISOString();
}

/** Epoch milliseconds of what `formatInstant` wrote. */
export function parseInstant(text: string): number {
  return Calendar.parse(text);
}
