// Waits for a request's body, in a phase of its own: before anything is taken that others may need meanwhile, and before
// an origin is asked that may have to be asked again. What was read goes on with the request.

import { CLIENT_MS_PER_BYTE } from "../../core/http/patience.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { parseUnits } from "../../core/policies/route-cost.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { readUpTo } from "../../platform/read-up-to.ts";
import type { RequestFacts } from "./request-facts.ts";

/** Of a body that is longer the start is waited for: who has sent so much can send. */
export const AWAITED_BYTES = 65_536;

export interface BodyFailure {
  readonly code: ProblemCode;
  readonly cause: string;
}

export const TOO_LARGE: BodyFailure = {
  code: "request-too-large",
  cause: "the client's body is larger than the route takes",
};
export const TOO_SLOW: BodyFailure = { code: "request-timeout", cause: "the client's body did not come" };

/** A body that is stated to be longer than this is not taken; one that does not say is cut where it turns out to be. */
export function boundBody(
  facts: RequestFacts,
  { bodyBytesMax }: { readonly bodyBytesMax: number },
): Result<RequestFacts, BodyFailure> {
  if (facts.body === null || bodyBytesMax === Infinity) return ok(facts);
  const length = parseUnits(facts.header("content-length"));
  if (length === undefined) return ok(facts.bound(bodyBytesMax));
  return length > bodyBytesMax ? err(TOO_LARGE) : ok(facts);
}

/** Waits for a small body, or for the start of a large one. */
export function awaitStart(
  facts: RequestFacts,
  { requestTimeoutMs }: { readonly requestTimeoutMs: number },
): Promise<Result<RequestFacts, BodyFailure>> {
  return awaitBody(facts, { bytesMax: AWAITED_BYTES, requestTimeoutMs });
}

/** The facts with what has come of the body, or why the request does not go on. */
export async function awaitBody(
  facts: RequestFacts,
  { bytesMax, requestTimeoutMs }: { readonly bytesMax: number; readonly requestTimeoutMs: number },
): Promise<Result<RequestFacts, BodyFailure>> {
  const { body } = facts;
  if (!(body instanceof ReadableStream)) return ok(facts);
  const isBound = facts.bodyBytesMax <= bytesMax;
  const most = isBound ? facts.bodyBytesMax : bytesMax;
  const bounds = { bytesMax: most, timeMsMax: requestTimeoutMs, msPerByte: CLIENT_MS_PER_BYTE };
  const read = await readUpTo(body, bounds);
  if (read.kind === "broken") return err({ code: "body-incomplete", cause: read.cause });
  if (read.kind === "long" && isBound) {
    await read.stream.cancel();
    return err(TOO_LARGE);
  }
  if (read.kind !== "late") return ok(facts.keep(read.kind === "whole" ? read.bytes : read.stream));
  await read.stream.cancel();
  return err(TOO_SLOW);
}
