// The settings of a configuration's `alerts`: what is told to whom, and after how long. URLs are secrets' names: who reads a
// configuration cannot write to them. An e-mail goes through a binding of the deployment.

import * as v from "valibot";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { duration, oneOf, secretName, textLike } from "../schema/primitives.ts";

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
  "unusual",
  "limit-requested",
] as const;
export type Condition = (typeof CONDITIONS)[number];

export interface AlertChannel {
  readonly kind: "webhook" | "slack" | "email";
  /** The secret that has the address; the binding that sends the e-mail. */
  readonly urlSecret: string;
  /** The secret that messages are signed with; undefined: they are not. */
  readonly signingSecret: string | undefined;
  /** Of an e-mail. */
  readonly mail?: { readonly from: string; readonly to: string };
}

/** As far as it can be told by looking: whoever delivers knows more. */
const mailAddress = textLike(
  /^(?=.{3,254}$)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/,
  "must be an e-mail address",
);

export const channelEntries = {
  webhook: v.optional(secretName),
  signature: v.optional(secretName),
  slack: v.optional(secretName),
  email: v.optional(
    textLike(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be the name of a send_email binding such as "ALERT_EMAIL"'),
  ),
  from: v.optional(mailAddress),
  to: v.optional(mailAddress),
};

const channel = v.pipe(
  object(channelEntries),
  v.check(
    ({ webhook, slack, email }) => [webhook, slack, email].filter((name) => name !== undefined).length === 1,
    'must have exactly one of "webhook", "slack" and "email"',
  ),
  v.check(
    ({ signature, webhook }) => signature === undefined || webhook !== undefined,
    'must have "signature" only with "webhook": nobody else checks one',
  ),
  v.check(
    ({ email, from, to }) => [from, to].every((address) => (address === undefined) === (email === undefined)),
    'must have "from" and "to" with "email", and only there',
  ),
  v.transform(({ webhook, signature, slack, email, from = "", to = "" }): AlertChannel => {
    if (email !== undefined)
      return { kind: "email", urlSecret: email, signingSecret: undefined, mail: { from, to } };
    const kind = slack === undefined ? "webhook" : "slack";
    return { kind, urlSecret: slack ?? webhook ?? "", signingSecret: signature };
  }),
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
export function toChannelId({ kind, urlSecret, signingSecret = "", mail }: AlertChannel): string {
  return `${kind} ${urlSecret} ${mail === undefined ? signingSecret : `${mail.from} ${mail.to}`}`.trimEnd();
}

/** As operators are told of it: by its secret's name, which is no secret. */
export function toChannelName({ kind, urlSecret, mail }: AlertChannel): string {
  return `${kind} ${urlSecret}${mail === undefined ? "" : ` to ${mail.to}`}`;
}
