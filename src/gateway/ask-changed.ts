// Asks an origin with the request as a function of the configuration has changed it, or answers in its place where the function
// does. The target stays the route's: path, query and header fields are all that it may change.

import { parseRequestChange } from "../core/routes/message-change.ts";
import type { Route } from "../core/routes/route.ts";
import { err, ok } from "../core/result.ts";
import { callFunction } from "./functions/call-function.ts";
import type { Gateway } from "./gateway.ts";
import { askOrigin } from "./origins/ask-origin.ts";
import type { OriginAnswer } from "./origins/forward.ts";
import type { RequestContext } from "./request/request-context.ts";
import type { RequestFacts } from "./request/request-facts.ts";
import { toFixedResponse } from "./respond.ts";

interface Changing {
  readonly context: RequestContext<Gateway>;
  readonly asking: Parameters<typeof askOrigin>[3];
}

export async function askChanged(
  facts: RequestFacts,
  route: Route,
  { context, asking }: Changing,
): Promise<OriginAnswer> {
  const { gateway } = context;
  const made = await callFunction(route.requestFunction ?? "", {
    facts,
    route: route.name,
    read: (returned) => parseRequestChange(returned, gateway.config),
    gateway,
  });
  if (!made.ok)
    return made.error.onFault === "skip"
      ? askOrigin(facts, route, context, asking)
      : err({ code: "function-failed", cause: made.error.cause });
  if (made.value.kind === "answer") return ok(toFixedResponse(made.value.answer));
  const { fields, path, search } = made.value.change;
  const target = path === undefined && search === undefined ? facts : facts.sendTo({ path, search });
  return askOrigin(target, route, context, {
    ...asking,
    fields: [...fields.set, ...(asking?.fields ?? [])],
    without: fields.removed,
  });
}
