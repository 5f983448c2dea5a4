// The valibot schemas of an origin pool and of its members: shapes, defaults and bounds. What needs more than one key is
// in parse-pools.ts.

import * as v from "valibot";
import { toHost } from "../http/host.ts";
import { isSettable } from "../http/forwarded-fields.ts";
import { isCanonical, isForwardable } from "../http/canonical-path.ts";
import { feedbackSchema } from "../feedback/feedback-schema.ts";
import { outboundEntries } from "../outbound/outbound-schema.ts";
import { bindingEntries } from "./member-binding.ts";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { upstreamCredential } from "./upstream-credential.ts";
import { duration, durationBetween, integerBetween, oneOf, textThat } from "../schema/primitives.ts";

const MEMBERS_MAX = 32;
const HEADERS_MAX = 32;
const STATUSES_MAX = 16;
const WEIGHT_MAX = 1_000;
const BODY_BYTES_MAX = 1_048_576;

export const prefix = textThat(
  (text) => isCanonical(text) && !text.endsWith("/"),
  'must be a path in its canonical form without a trailing slash, such as "/api"',
);
const checkPath = textThat(
  isForwardable,
  'must be a path in its canonical form such as "/health", with a query if need be',
);
export const host = textThat((text) => toHost(text) === text, "must be a lower-case host without a port");
const HEADERS_WANTED = `must be an object of at most ${HEADERS_MAX} header fields that a gateway may set, with text as values`;
const headers = v.pipe(
  v.record(v.string(), v.string(HEADERS_WANTED), HEADERS_WANTED),
  v.check((fields) => {
    const entries = Object.entries(fields);
    return entries.length <= HEADERS_MAX && entries.every(isSettable);
  }, HEADERS_WANTED),
);

/** A member that is given by its URL alone has the defaults of the rest. */
export const memberSchema = object({
  // parse-origin.ts reads it.
  url: v.optional(v.unknown()),
  ...bindingEntries,
  weight: v.optional(integerBetween(1, WEIGHT_MAX), 1),
  role: v.optional(oneOf(["primary", "fallback"]), "primary"),
  host: v.optional(host),
  stripPrefix: v.optional(prefix),
  headers: v.optional(headers, {}),
  credential: v.optional(upstreamCredential),
  account: v.optional(
    textThat(
      (text) => /^[\w.-]{1,64}$/.test(text),
      "must be 1 to 64 letters, digits, dots, dashes and underscores",
    ),
  ),
});

const status = integerBetween(100, 599);
const errorStatus = integerBetween(400, 599);

export const poolSchema = object({
  members: listOf(v.unknown(), "origin", { most: MEMBERS_MAX }),
  // parse-key.ts reads it.
  affinity: v.optional(v.unknown()),
  ...outboundEntries,
  slow: v.optional(duration),
  slowStart: v.optional(duration, "30s"),
  retries: v.optional(
    object({
      max: v.optional(integerBetween(0, 5), 2),
      backoff: v.optional(duration, "50ms"),
      backoffMax: v.optional(duration, "1s"),
      retryAfterMax: v.optional(duration, "2s"),
      bodyBytesMax: v.optional(integerBetween(0, BODY_BYTES_MAX), 65_536),
      budgetPercent: v.optional(integerBetween(0, 100), 10),
      statuses: v.optional(listOf(errorStatus, "status", { most: STATUSES_MAX, least: 0 }), []),
      // Its default hangs on the profile.
      nonIdempotent: v.optional(listOf(oneOf(["overloaded", "late"]), "outcome", { most: 2, least: 0 })),
    }),
    {},
  ),
  breaker: v.optional(
    object({
      failures: v.optional(integerBetween(1, 1_000_000), 5),
      percent: v.optional(integerBetween(1, 100), 50),
      answers: v.optional(integerBetween(1, 1_000_000), 20),
      window: v.optional(duration, "10s"),
      open: v.optional(duration, "5s"),
      probes: v.optional(integerBetween(1, 100), 3),
    }),
    {},
  ),
  checks: v.optional(
    object({
      path: checkPath,
      interval: v.optional(durationBetween("1s", "24h"), "10s"),
      timeout: v.optional(durationBetween("1ms", "60s"), "2s"),
      statuses: v.optional(listOf(status, "status", { most: STATUSES_MAX }), [200]),
      body: v.optional(
        v.pipe(
          v.string("must be text"),
          v.minLength(1, "must be text"),
          v.maxLength(1_024, "must be at most 1024 characters"),
        ),
      ),
      down: v.optional(integerBetween(1, 100), 3),
      up: v.optional(integerBetween(1, 100), 2),
    }),
  ),
  feedback: v.optional(feedbackSchema),
  adapt: v.optional(object({ mode: v.optional(oneOf(["shadow", "enforce"]), "shadow") })),
  per: v.optional(oneOf(["pool", "member"]), "pool"),
});
