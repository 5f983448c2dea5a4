// Waits for a request's body where limits read members of it, and finds them in one pass. The body goes on as it came. Of one
// that is too long, compressed or no text nothing is known: what comes later in it could say otherwise.

import {
  isReadableType,
  NO_BODY,
  type MemberReader,
  readMembers,
  UNREADABLE_BODY,
  type WantedMembers,
} from "../../core/body/body-members.ts";
import { parseUnits } from "../../core/policies/route-cost.ts";
import { ok, type Result } from "../../core/result.ts";
import { toText } from "../../platform/read-up-to.ts";
import { awaitBody, type BodyFailure } from "./await-body.ts";
import type { RequestFacts } from "./request-facts.ts";

interface Awaiting {
  readonly wanted: WantedMembers;
  readonly bytesMax: number;
  readonly requestTimeoutMs: number;
}

/** The facts with the members that are wanted, or why the request does not go on. */
export async function awaitMembers(
  facts: RequestFacts,
  { wanted, bytesMax, requestTimeoutMs }: Awaiting,
): Promise<Result<RequestFacts, BodyFailure>> {
  if (facts.body === null) return ok(facts);
  const length = parseUnits(facts.header("content-length")) ?? 0;
  if (length > bytesMax || !isReadableType(facts.header)) return ok(facts.withMembers(UNREADABLE_BODY));
  const awaited = await awaitBody(facts, { bytesMax, requestTimeoutMs });
  if (!awaited.ok) return awaited;
  const { kept } = awaited.value;
  const type = facts.header("content-type") ?? "";
  return ok(awaited.value.withMembers(toMemberReader(kept, type, wanted)));
}

function toMemberReader(
  kept: RequestFacts["kept"],
  contentType: string,
  wanted: WantedMembers,
): MemberReader {
  if (!(kept instanceof Uint8Array)) return UNREADABLE_BODY;
  if (kept.byteLength === 0) return NO_BODY;
  const text = toText(kept);
  return text === undefined ? UNREADABLE_BODY : readMembers(text, contentType, wanted);
}
