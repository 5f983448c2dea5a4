// The valibot schema of a configuration's `batch`: many requests in one. Without it there are no batches.

import * as v from "valibot";
import { object } from "../schema/parse-with.ts";
import { durationBetween, integerBetween, LIMIT_MAX, ownPath } from "../schema/primitives.ts";
import { policyNames } from "../schema/policy-names.ts";

const MEMBERS_MAX = 50;
const BODY_BYTES_MAX = 16_777_216;

/** Calls at a time. At Cloudflare a request has six connections that wait for their headers; more wait for one of them. */
const PARALLEL = 6;

export const batchSchema = v.pipe(
  object({
    path: v.optional(ownPath, "/__headgate/v1/batch"),
    membersMax: v.optional(integerBetween(1, MEMBERS_MAX), MEMBERS_MAX),
    parallel: v.optional(integerBetween(1, MEMBERS_MAX), PARALLEL),
    bodyBytesMax: v.optional(integerBetween(1_024, BODY_BYTES_MAX), 1_048_576),
    memberBytesMax: v.optional(integerBetween(1_024, BODY_BYTES_MAX), 1_048_576),
    answerBytesMax: v.optional(integerBetween(1_024, BODY_BYTES_MAX), 8_388_608),
    timeout: v.optional(durationBetween("1ms", "10m"), "60s"),
    policies: v.optional(policyNames, []),
    cost: v.optional(integerBetween(0, LIMIT_MAX), 1),
  }),
  v.transform(({ timeout, ...batch }) => ({ ...batch, timeoutMs: timeout })),
);

export type ParsedBatch = v.InferOutput<typeof batchSchema>;

/** Without what counts it: the configuration resolves the policies' names. */
export type BatchSettings = Readonly<Omit<ParsedBatch, "policies" | "cost">>;
