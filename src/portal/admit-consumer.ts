// Lets a consumer into its portal: the same keys, tokens, bans and access lists as on a route that requires a credential.
// What stands in a query or in a form is not looked at: no link and no page of others then asks with somebody's key.

import type { Config } from "../core/config/config.ts";
import type { Identity } from "../core/keys/identity.ts";
import { STAND_IN_INDEX } from "../core/policies/limited-route.ts";
import type { Route } from "../core/routes/route.ts";
import { admit } from "../gateway/credentials/admit.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { toProblemResponse } from "../gateway/request/problem-response.ts";
import { readRequest } from "../gateway/request/read-request.ts";
import type { RequestContext } from "../gateway/request/request-context.ts";
import { type RequestFacts, toRoutedFacts } from "../gateway/request/request-facts.ts";

/** Who is calling, and what is known of the request. */
export interface Consumer {
  readonly facts: RequestFacts;
  readonly identity: Identity;
}

/** As log lines name it. */
const ROUTE_NAME = "portal";

/** Who shows an accepted credential; else the refusal. */
export async function admitConsumer(
  request: Request,
  requestId: string,
  context: RequestContext<Gateway>,
): Promise<Consumer | Response> {
  const config = withFieldsAlone(context.gateway.config);
  const route = toStandIn(config);
  const problem = { name: config.name, requestId };
  const read = readRequest(request, config, { requestId });
  if (!read.ok) return toProblemResponse(read.error, problem);
  if (route === undefined) return toProblemResponse("no-route", problem);
  const { trace } = context;
  const routed = { config, route, facts: toRoutedFacts(read.value, route), trace };
  trace.facts = routed.facts;
  trace.route = ROUTE_NAME;
  const facts = await trace.wait("credential", Promise.resolve(admit(routed, context)));
  if (facts instanceof Response) return facts;
  trace.facts = facts;
  const { identity } = facts;
  return identity === undefined ? toProblemResponse("credential-missing", problem) : { facts, identity };
}

/** A credential may stand in Authorization and in X-API-Key. */
function withFieldsAlone(config: Config): Config {
  const { auth } = config;
  const apiKeys = { ...auth.apiKeys, query: undefined, form: undefined };
  return { ...config, auth: { ...auth, apiKeys } };
}

/** What admission reads of a route; all else is another's, and nobody asks for it. */
function toStandIn({ routes: [first], access }: Config): Route | undefined {
  return (
    first && {
      ...first,
      index: STAND_IN_INDEX.portal,
      name: ROUTE_NAME,
      policies: [],
      hasVariants: false,
      auth: "required",
      scopes: [],
      access: access === undefined ? [] : [access],
      isOpen: false,
      errors: "problem",
      denied: undefined,
      forwardCredential: false,
    }
  );
}
