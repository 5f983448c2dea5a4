// Moments at which an operator changed what the gateway does: they stand in every chart over time.

import type { Mark } from "./charts/time-chart.tsx";

/** As GET /audit answers. */
export interface AuditView {
  readonly atMs: number;
  readonly action: string;
  readonly target: string;
}

export function toMarks(audit: readonly AuditView[], fromMs: number): readonly Mark[] {
  return audit
    .filter(({ atMs }) => atMs >= fromMs)
    .map(({ atMs, action, target }) => ({ timeMs: atMs, text: `${action} ${target}` }));
}
