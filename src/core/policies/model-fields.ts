// The header fields in which APIs of language models say where a caller stands: what its client and its tools read, beside
// those of every answer. Requests and tokens apart, each of the limit that leaves the least.

import type { ErrorsRule } from "../errors/registry.ts";
import { formatInstant } from "../http/rfc3339.ts";
import type { PolicyVerdict } from "./combine-verdicts.ts";
import { isPermit, type Policy } from "./policy.ts";
import { toQuotaUnit } from "./policy-units.ts";
import { toToldMs } from "./rate-limit-headers.ts";

type Fields = readonly (readonly [name: string, value: string])[];
type Kind = "requests" | "tokens";

const RENDERED: Readonly<
  Partial<Record<string, (kind: Kind, verdict: PolicyVerdict, nowMs: number) => Fields>>
> = {
  openai: (kind, verdict, nowMs) => [
    [`x-ratelimit-limit-${kind}`, String(verdict.limit)],
    [`x-ratelimit-remaining-${kind}`, String(verdict.remaining)],
    [`x-ratelimit-reset-${kind}`, formatGoDuration(toToldMs(verdict, nowMs))],
  ],
  anthropic: (kind, verdict, nowMs) => [
    [`anthropic-ratelimit-${kind}-limit`, String(verdict.limit)],
    [`anthropic-ratelimit-${kind}-remaining`, String(verdict.remaining)],
    [
      `anthropic-ratelimit-${kind}-reset`,
      formatInstant(Math.ceil((nowMs + toToldMs(verdict, nowMs)) / 1_000) * 1_000),
    ],
  ],
};

/** None where the route's clients are of no such API. */
export function toModelFields(
  errors: ErrorsRule | undefined,
  {
    policies,
    verdicts,
    nowMs,
  }: { policies: readonly Policy[]; verdicts: readonly PolicyVerdict[]; nowMs: number },
): Fields {
  const render = typeof errors === "string" ? RENDERED[errors] : undefined;
  if (render === undefined) return [];
  return (["requests", "tokens"] as const).flatMap((kind) => {
    const tightest = verdicts
      .filter(({ policy: name }) =>
        policies.some((policy) => policy.name === name && toKind(policy) === kind),
      )
      .reduce<PolicyVerdict | undefined>(
        (least, one) => (least === undefined || one.remaining < least.remaining ? one : least),
        undefined,
      );
    return tightest === undefined ? [] : render(kind, tightest, nowMs);
  });
}

/** undefined: neither, as permits and money are. */
function toKind(policy: Policy): Kind | undefined {
  const unit = toQuotaUnit(policy);
  if (unit === "tokens") return unit;
  return unit === undefined && policy.cost === undefined && !isPermit(policy) ? "requests" : undefined;
}

/** "12ms", "1s", "6m0s": rounded up. */
export function formatGoDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.ceil(ms))}ms`;
  const seconds = Math.ceil(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
