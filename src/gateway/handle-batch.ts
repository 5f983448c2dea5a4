// A batch of requests in one: each of them goes the way of a request that came alone.

import { readPreflight } from "../core/cors/cors-fields.ts";
import { findSettings } from "../core/cors/cors-settings.ts";
import { answerBatch } from "./batch/answer-batch.ts";
import { addCorsFields } from "./cors/add-cors-fields.ts";
import { toPreflightResponse } from "./cors/answer-preflight.ts";
import type { Gateway } from "./gateway.ts";
import { handleMember } from "./handle-safely.ts";
import { safely } from "./safely.ts";

export async function handleBatch(
  request: Request,
  gateway: Gateway,
  context: ExecutionContext,
): Promise<Response> {
  const { config } = gateway;
  const cors = findSettings(config.cors);
  const { method, headers } = request;
  const preflight = readPreflight({ method, header: (name) => headers.get(name) ?? undefined });
  if (cors !== undefined && preflight !== undefined) return toPreflightResponse(cors, preflight);
  const ask = (member: Request): Promise<Response> => handleMember(member, gateway, context);
  const response = await safely(request, config, () => answerBatch(request, { config, ask }));
  return cors === undefined ? response : addCorsFields(response, cors, headers.get("origin"));
}
