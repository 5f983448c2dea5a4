// The settings of a configuration's `alerts`: what is told to whom, and after how long. Addresses are secrets' names: who
// reads a configuration cannot write to them.

import * as v from "valibot";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { duration, oneOf, secretName } from "../schema/primitives.ts";

const RULES_MAX = 20;
const CHANNELS_MAX = 8;

/** What can be told. alert-conditions.ts says when each is so. */
export const CONDITIONS = [
  "quota-80",
  "quota-100",
  "denied",
  "credentials",
  "failing",
  "degraded",
  "breaker",
  "upstream",
  "silence",
] as const;
export type Condition = (typeof CONDITIONS)[number];

export interface AlertChannel {
  readonly kind: "webhook" | "slack";
  /** The secret that has the address. */
  readonly urlSecret: string;
  /** The secret that messages are signed with; undefined: they are not. */
  readonly signingSecret: string | undefined;
}

export const channelEntries = {
  webhook: v.optional(secretName),
  signature: v.optional(secretName),
  slack: v.optional(secretName),
};

const channel = v.pipe(
  object(channelEntries),
  v.check(
    ({ webhook, slack }) => (webhook === undefined) !== (slack === undefined),
    'must have exactly one of "webhook" and "slack"',
  ),
  v.check(
    ({ signature, slack }) => signature === undefined || slack === undefined,
    'must have "signature" only with "webhook": Slack checks none',
  ),
  v.transform(({ webhook, signature, slack }): AlertChannel => ({
    kind: slack === undefined ? "webhook" : "slack",
    urlSecret: slack ?? webhook ?? "",
    signingSecret: signature,
  })),
);

export const alertEntries = {
  when: v.optional(listOf(oneOf(CONDITIONS), "condition"), [...CONDITIONS]),
  for: v.optional(duration),
  to: listOf(channel, "channel", { most: CHANNELS_MAX }),
};

const rule = v.pipe(
  object(alertEntries),
  v.transform(({ when, for: forMs, to }): AlertRule => ({ when, forMs, to })),
);

export interface AlertRule {
  readonly when: readonly Condition[];
  /** How long a condition must hold; undefined: each condition's own. A quota that is crossed waits for nothing. */
  readonly forMs: number | undefined;
  readonly to: readonly AlertChannel[];
}

export const alertsSchema = listOf(rule, "rule", { least: 0, most: RULES_MAX });

/** Names a channel among all: where it leads and how. */
export function toChannelId({ kind, urlSecret, signingSecret = "" }: AlertChannel): string {
  return `${kind} ${urlSecret} ${signingSecret}`.trimEnd();
}
