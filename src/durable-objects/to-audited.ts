// A line of the audit log, with what was before and after as JSON.

import type { Audited } from "../core/control/control-messages.ts";

export function toAudited(
  action: string,
  target: string,
  { before, after }: { readonly before?: unknown; readonly after?: unknown },
): Audited {
  return { action, target, before: toJson(before), after: toJson(after) };
}

function toJson(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
