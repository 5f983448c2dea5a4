// What the gateway answers to requests of a route beside what its origin says, as OpenAPI writes responses: over a limit, without
// a credential, not let in, too long.

import type { Config } from "../../core/config/config.ts";
import { toErrorAnswer } from "../../core/errors/registry.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { toDeniedBody } from "../../core/policies/denied-answer.ts";
import { toVariants } from "../../core/policies/pick-variants.ts";
import type { Route } from "../../core/routes/route.ts";
import { describeRoute } from "./describe-route.ts";
import { isEnforced } from "./plan-limits.ts";

export type Members = Readonly<Record<string, unknown>>;

export interface RouteAnswer {
  readonly status: number;
  readonly description: string;
  readonly headers: Members;
  readonly content: Members;
}

const RETRY_AFTER = "30";

/** The first answer of each status, to requests of a method. */
export function listAnswers(route: Route, config: Config, method: string): readonly RouteAnswer[] {
  const { auth, bodyBytesMax, respond } = route;
  const isRead = method === "GET" || method === "HEAD";
  const answers = [
    route.policies.some(isEnforced) ? toDenied(route, config, method) : undefined,
    auth === "none" ? undefined : toAnswer("credential-invalid", route, toMissing(route)),
    mayForbid(route) ? toAnswer(toForbidden(route), route, "The caller is not let in here.") : undefined,
    isRead || bodyBytesMax === Infinity || respond !== undefined
      ? undefined
      : toAnswer("request-too-large", route, `The body has more than ${bodyBytesMax} bytes.`),
  ];
  const byStatus = new Map<number, RouteAnswer>();
  for (const answer of answers)
    // GraphQL's clients read failures in answers of status 200, which are the origin's to describe.
    if (answer !== undefined && answer.status >= 400 && !byStatus.has(answer.status))
      byStatus.set(answer.status, answer);
  return [...byStatus.values()];
}

function toMissing({ auth }: Route): string {
  return auth === "required"
    ? "The request has no API key or token that is accepted."
    : "The API key or the token of the request is not accepted.";
}

const toForbidden = ({ scopes }: Route): ProblemCode =>
  scopes.length > 0 ? "scope-missing" : "access-denied";

function mayForbid({ scopes, access, policies, path }: Route): boolean {
  const isKeyed = policies.some((policy) => isEnforced(policy) && policy.onMissing === "deny");
  const isExcluded = policies.some((policy) =>
    toVariants(policy, path).some(({ rule }) => isEnforced(policy) && rule?.kind === "none"),
  );
  return scopes.length > 0 || access.length > 0 || isKeyed || isExcluded;
}

function toAnswer(code: ProblemCode, { errors, scopes }: Route, description: string): RouteAnswer {
  const { status, contentType, body } = toErrorAnswer(code, errors);
  const wanted =
    code === "scope-missing"
      ? ` The credential needs ${scopes.length === 1 ? "the scope" : "the scopes"} ${scopes.join(", ")}.`
      : "";
  const headers = status === 401 ? { "WWW-Authenticate": toHeader("HeadgateChallenge") } : {};
  return { status, description: description + wanted, headers, content: toContent(contentType, body) };
}

function toDenied(route: Route, config: Config, method: string): RouteAnswer {
  const { denied, errors, policies } = route;
  const violated = policies.filter(isEnforced).map(({ name }) => name);
  const [first = ""] = violated;
  const own = toErrorAnswer("quota-exceeded", errors, { retryAfter: RETRY_AFTER, violated: [first] });
  const limit = policies.find(({ name }) => name === first)?.limit ?? 0;
  const { status, contentType, body } =
    denied === undefined
      ? own
      : { ...denied, body: toDeniedBody(denied, { retryAfter: RETRY_AFTER, policy: first, limit }) };
  return {
    status,
    description: `Over a limit. ${describeRoute(route, config, method).join("; ")}.`,
    headers: {
      "Retry-After": toHeader("HeadgateRetryAfter"),
      ...(config.headers.draft
        ? {
            RateLimit: toHeader("HeadgateRateLimit"),
            "RateLimit-Policy": toHeader("HeadgateRateLimitPolicy"),
          }
        : {}),
      "X-RateLimit-Limit": toHeader("HeadgateLimit"),
      "X-RateLimit-Remaining": toHeader("HeadgateRemaining"),
      "X-RateLimit-Reset": toHeader("HeadgateReset"),
    },
    content: toContent(contentType, body),
  };
}

const toHeader = (name: string): Members => ({ $ref: `#/components/headers/${name}` });

const PROBLEM = "application/problem+json";

function toContent(contentType: string, body: string): Members {
  const [type = ""] = contentType.split(";");
  if (type === PROBLEM) return { [type]: { schema: { $ref: "#/components/schemas/HeadgateProblem" } } };
  if (body === "") return {};
  return { [type]: { example: /\bjson\b/.test(type) ? (JSON.parse(body) as unknown) : body } };
}
