// A batch of requests in one: each of them goes the way of a request that came alone.

import { answerBatch } from "./batch/answer-batch.ts";
import type { Gateway } from "./gateway.ts";
import type { Execution } from "./handle-request.ts";
import { handleSafely, safely } from "./handle-safely.ts";

export function handleBatch(
  request: Request,
  gateway: Gateway,
  { waitUntil }: Pick<Execution, "waitUntil">,
): Promise<Response> {
  const ask = (member: Request): Promise<Response> => handleSafely(member, gateway, { waitUntil });
  return safely(request, gateway, () => answerBatch(request, { config: gateway.config, ask }));
}
