// A route's `handOver`: callers may leave a call with the gateway, which makes it when there is quota and keeps the answer.

import * as v from "valibot";
import type { Problem } from "../result.ts";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { durationBetween, integerBetween, isSecureUrl, secretName, textThat } from "../schema/primitives.ts";

const ORIGINS_MAX = 10;
const CALLS_MAX = 1_000;

const ORIGIN = /^https?:\/\/[^/?#]+$/;
const origin = textThat(
  (text) => isSecureUrl(text) && ORIGIN.test(text),
  'must be an https origin such as "https://hooks.example.com", without a path (http on the loopback address)',
);

export const handOverSchema = object({
  wait: v.optional(durationBetween("1s", "1d"), "1h"),
  keep: v.optional(durationBetween("1m", "1d"), "1h"),
  most: v.optional(integerBetween(1, CALLS_MAX), 100),
  bodyBytesMax: v.optional(integerBetween(1_024, 1_048_576), 262_144),
  answerBytesMax: v.optional(integerBetween(1_024, 1_048_576), 1_048_576),
  deliver: v.optional(
    object({
      origins: listOf(origin, "origin", { least: 1, most: ORIGINS_MAX }),
      secret: secretName,
    }),
  ),
});

export interface HandOverSettings {
  /** How long a call waits for quota, in milliseconds. */
  readonly wait: number;
  /** How long its answer is kept. */
  readonly keep: number;
  /** Of one caller and this route: those that wait, and those whose answers are kept. */
  readonly most: number;
  readonly bodyBytesMax: number;
  readonly answerBytesMax: number;
  /** Where answers may be delivered, and the name of the secret that signs them; undefined: nowhere. */
  readonly deliver?: { readonly origins: readonly string[]; readonly secret: string } | undefined;
}

/** What no call of it can be handed over: the gateway answers at once. */
export function findHandOverProblems(
  given: { readonly webhook?: unknown; readonly aggregate?: unknown },
  at: string,
): readonly Problem[] {
  const other = (["webhook", "aggregate"] as const).find((key) => given[key] !== undefined);
  if (other === undefined) return [];
  return [{ path: `${at}.handOver`, code: "invalid", message: `can have no effect beside ${other}` }];
}
