// Counts a batch as such, by so much for each of its members, before anything of it is looked at. Its members are counted
// each by itself, by the policies of their routes.

import { decideAccess } from "../../core/access/access-list.ts";
import type { Batches } from "../../core/config/config.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Gatekeeper } from "../credentials/judge.ts";
import { checkLimits } from "../limits/check-limits.ts";
import { addLimitFields, toDenial, toRefusal } from "../limits/rate-limit-response.ts";
import { holdPermits } from "../limits/permits.ts";
import { settleLimits } from "../limits/settle-limits.ts";
import { logDenied } from "../log/log-request.ts";
import { noteLimits } from "../limits/note-limits.ts";
import type { RequestContext } from "../request/request-context.ts";
import { passAnswer } from "../request/body-pipe.ts";
import type { ReadRequest } from "../request/read-request.ts";
import { NO_ROUTE, type RequestFacts, toRoutedFacts } from "../request/request-facts.ts";

/** What is left to do to a batch's answer. */
export type Finish = (answer: Response) => Response;

/** The facts by which a batch is counted as such: its client's, whoever its requests are of. */
export function toBatchFacts(
  read: ReadRequest,
  { access }: Batches,
  { gateway, trace }: RequestContext<Gatekeeper>,
): RequestFacts {
  const routed = toRoutedFacts(read, NO_ROUTE);
  const { isUnlimited } = decideAccess(access, routed, gateway.access?.at(trace.startedMs));
  return routed.admit({ caller: undefined, isUnlimited });
}

/** The refusal, or how to finish the answer. */
export async function limitBatch(
  read: ReadRequest,
  members: number,
  { batch, context }: { readonly batch: Batches; readonly context: RequestContext<Gatekeeper> },
): Promise<Result<Finish, Response>> {
  const { limited } = batch;
  if (limited.policies.length === 0) return ok((answer) => answer);
  const { gateway, trace } = context;
  const { config } = gateway;
  const facts = toBatchFacts(read, batch, context);
  const request = { config, facts, trace, route: { name: `POST ${batch.path}` } };
  // Nobody sends for nothing what is no batch, and what is too large takes no more than what is not.
  const counted = Math.min(batch.membersMax, Math.max(1, members));
  const cost = Number(limited.cost) * counted;
  const limits = await checkLimits({ ...limited, cost }, facts, context);
  noteLimits(request, limits, context);
  const refusal = toRefusal(limits);
  if (refusal !== undefined) {
    logDenied(request, { ...refusal, rows: limits.rows, retryAfterMs: limits.answer.retryAfterMs });
    return err(toDenial(limits, refusal, { gateway, route: limited, requestId: facts.requestId }));
  }
  const permits = holdPermits(limits, context, facts.request.signal);
  const { delayMs } = limits.answer;
  if (delayMs > 0) await scheduler.wait(delayMs);
  return ok((answer) => {
    settleLimits({ response: answer, facts }, limits, context);
    permits?.endWith(answer);
    return addLimitFields(passAnswer(answer, context.waitUntil), limits, { gateway, route: limited });
  });
}
