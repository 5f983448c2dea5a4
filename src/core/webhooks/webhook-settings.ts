// A route's `webhook`: whose events it takes, what they purge and who gets them.

import * as v from "valibot";
import { parseTarget } from "../cache/target.ts";
import type { Problem } from "../result.ts";
import { listOf } from "../schema/list-of.ts";
import { isObject, object } from "../schema/parse-with.ts";
import {
  durationBetween,
  integerBetween,
  isSecureUrl,
  oneOf,
  secretName,
  textLike,
  textThat,
} from "../schema/primitives.ts";
import { type Listener, toListenerText } from "./listeners.ts";
import { type WebhookProfileName, webhookProfiles } from "./profiles/registry.ts";
import type { WebhookProfile } from "./webhook-profile.ts";

const LISTENERS_MAX = 10;
const PURGES_MAX = 100;

const names = Object.keys(webhookProfiles) as WebhookProfileName[];
const tag = textLike(/^[\x21-\x7e]{1,1024}$/, "must be a tag without spaces");
const path = textThat(
  (text) => text.length <= 8_192 && (text.startsWith("/") || parseTarget(text) !== undefined),
  'must be a path such as "/feed", of the host that the webhook comes to, or an absolute URL',
);

const queue = object({
  queue: textLike(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be the name of a queue\'s binding such as "EVENTS"'),
});
const url = textThat(
  isSecureUrl,
  'must be an https URL (http on the loopback address), or a queue such as { queue: "EVENTS" }',
);
const listener = v.lazy((given): v.GenericSchema<Listener, Listener> => (isObject(given) ? queue : url));

export const webhookSchema = object({
  profile: oneOf(names),
  secret: secretName,
  next: v.optional(secretName),
  verifyToken: v.optional(secretName),
  tolerance: v.optional(durationBetween("1s", "1h"), "5m"),
  bodyBytesMax: v.optional(integerBetween(1_024, 1_048_576), 262_144),
  purge: v.optional(
    object({
      tags: v.optional(listOf(tag, "tag", { least: 0, most: PURGES_MAX }), []),
      paths: v.optional(listOf(path, "path", { least: 0, most: PURGES_MAX }), []),
    }),
    {},
  ),
  deliver: v.optional(listOf(listener, "listener", { least: 0, most: LISTENERS_MAX }), []),
});

export interface WebhookSettings {
  readonly profile: WebhookProfileName;
  /** Names of secrets: a webhook that is signed by either is right. */
  readonly secret: string;
  readonly next?: string | undefined;
  readonly verifyToken?: string | undefined;
  /** How far the time of a signature may be from the gateway's. */
  readonly tolerance: number;
  readonly bodyBytesMax: number;
  readonly purge: { readonly tags: readonly string[]; readonly paths: readonly string[] };
  /** Who gets each event. */
  readonly deliver: readonly Listener[];
}

/** Keys of a route that do nothing where webhooks end at the gateway. */
const VAIN_KEYS = [
  "cache",
  "origin",
  "credential",
  "links",
  "aggregate",
  "stripPrefix",
  "bodyBytesMax",
  "request",
  "response",
] as const;

/** What a webhook cannot be with, or without. `given` is the route as it was written. */
export function findWebhookProblems(webhook: WebhookSettings, given: object, at: string): readonly Problem[] {
  const problems: Problem[] = VAIN_KEYS.filter((key) => Object.hasOwn(given, key)).map((key) => ({
    path: `${at}.${key}`,
    code: "invalid",
    message: "can have no effect beside webhook, which no origin answers",
  }));
  const { profile, verifyToken, purge, deliver, secret, next } = webhook;
  const { asksByGet }: WebhookProfile = webhookProfiles[profile];
  const add = (key: string, message: string): void => {
    problems.push({ path: `${at}.webhook${key}`, code: "invalid", message });
  };
  if (asksByGet === true && verifyToken === undefined)
    add(".verifyToken", `is required: ${profile} asks by it whether this is the receiver`);
  if (asksByGet !== true && verifyToken !== undefined) add(".verifyToken", `is for "facebook" alone`);
  if (next === secret) add(".next", "must be another secret than secret");
  if (purge.tags.length + purge.paths.length + deliver.length === 0)
    add("", "must purge or deliver something");
  if (new Set(deliver.map(toListenerText)).size < deliver.length)
    add(".deliver", "must name each listener once");
  return problems;
}
