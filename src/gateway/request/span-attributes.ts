// What spans say of a request: names of the configuration and outcomes, never a path, a key or an address.

import type { SpanAttributes } from "../../platform/tracing.ts";

const ROUTE = "headgate.route";
const POLICY = "headgate.policy";
const OUTCOME = "headgate.outcome";

export const ofRoute = (route: string | undefined): SpanAttributes => ({ [ROUTE]: route });

interface Limits {
  readonly rows: readonly { readonly policy: { readonly name: string } }[];
  readonly answer: { readonly outcome: string };
}

/** Of what limits decided. */
export const ofLimits = ({ rows, answer }: Limits): SpanAttributes => ({
  [POLICY]: rows.map(({ policy }) => policy.name).join(","),
  [OUTCOME]: answer.outcome,
});

type Answer =
  | { readonly ok: true; readonly value: { readonly status: number } }
  | { readonly ok: false; readonly error: { readonly code: string } };

/** Of what an origin answered: its status, or the problem's code. */
export const ofAnswer = (answer: Answer): SpanAttributes => ({
  [OUTCOME]: answer.ok ? answer.value.status : answer.error.code,
});

export const ofOutcome = (outcome: string | number | undefined): SpanAttributes => ({ [OUTCOME]: outcome });
