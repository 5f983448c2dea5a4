// A batch of requests in one: each of them goes the way of a request that came alone.

import { answerBatch } from "./batch/answer-batch.ts";
import type { Gateway } from "./gateway.ts";
import { handleSafely, safely } from "./handle-safely.ts";

export function handleBatch(
  request: Request,
  gateway: Gateway,
  execution: ExecutionContext,
): Promise<Response> {
  const ask = (member: Request): Promise<Response> => handleSafely(member, gateway, execution);
  const context = { gateway, waitUntil: execution.waitUntil.bind(execution) };
  return safely(request, gateway, () => answerBatch(request, { context, ask }));
}
