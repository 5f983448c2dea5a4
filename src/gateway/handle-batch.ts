// A batch of requests in one: each of them goes the way of a request that came alone.

import { readPreflight } from "../core/cors/cors-fields.ts";
import { REQUEST_ID_FIELD } from "../core/http/request-id.ts";
import { readRequestId } from "../platform/request-id.ts";
import { findSettings } from "../core/cors/cors-settings.ts";
import { answerBatch } from "./batch/answer-batch.ts";
import { addCorsFields } from "./cors/add-cors-fields.ts";
import { toPreflightResponse } from "./cors/answer-preflight.ts";
import type { Gateway } from "./gateway.ts";
import { handleMember } from "./handle-safely.ts";
import { readClock } from "../platform/clock.ts";
import { RequestTrace } from "./request/request-trace.ts";
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
  const requestId = readRequestId(request);
  const trace = new RequestTrace(readClock());
  const waitUntil = context.waitUntil.bind(context);
  // One id for what came as one.
  const ask = (member: Request): Promise<Response> => handleMember(member, gateway, { requestId, waitUntil });
  const answering = { context: { gateway, trace, waitUntil }, requestId, ask };
  const response = await safely({ requestId, trace }, config, () => answerBatch(request, answering));
  response.headers.set(REQUEST_ID_FIELD, requestId);
  return cors === undefined ? response : addCorsFields(response, cors, headers.get("origin"));
}
