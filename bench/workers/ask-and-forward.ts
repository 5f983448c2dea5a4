// The Worker in front of a naive limiter: ask the client's own object, then forward or deny. It sets no header fields
// and keeps nothing, which is less than a real limiter does.

import type { DurableObjectNamespace, Rpc } from "@cloudflare/workers-types";
import { forward, type OriginBinding } from "./forward.ts";

interface LimiterRpc extends Rpc.DurableObjectBranded {
  take(): boolean;
}

interface LimiterBindings extends OriginBinding {
  readonly LIMITERS: DurableObjectNamespace<LimiterRpc>;
}

export async function askAndForward(request: Request, env: LimiterBindings): Promise<Response> {
  const key = request.headers.get("cf-connecting-ip") ?? "";
  const isAllowed = await env.LIMITERS.get(env.LIMITERS.idFromName(key)).take();
  return isAllowed ? forward(request, env) : new Response("too many requests", { status: 429 });
}
