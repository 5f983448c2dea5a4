// What the gateway's answers share in an OpenAPI document: header fields, the body of a refusal, and how callers say who they
// are. Every name begins with "Headgate", and every entry is marked, so that nobody else's is taken for one.

import type { Config } from "../../core/config/config.ts";
import type { Route } from "../../core/routes/route.ts";
import type { Members } from "./route-answers.ts";

export const MARK = "x-headgate";

const integer = { type: "integer" };
const text = { type: "string" };

const toField = (description: string, schema: Members): Members => ({ description, schema, [MARK]: true });

export const headers: Readonly<Record<string, Members>> = {
  HeadgateRetryAfter: toField(
    "Whole seconds until the same request is admitted, if nothing else arrives.",
    integer,
  ),
  HeadgateRateLimit: toField(
    "What is left of each policy, and in how many seconds there is more (draft-ietf-httpapi-ratelimit-headers).",
    text,
  ),
  HeadgateRateLimitPolicy: toField("The policies that count the request: limit and window of each.", text),
  HeadgateLimit: toField("The limit of the policy that is nearest to its end.", integer),
  HeadgateRemaining: toField("What is left of it.", integer),
  HeadgateReset: toField("When there is more of it, in seconds since 1970.", integer),
  HeadgateChallenge: toField("How callers say who they are (RFC 9110).", text),
};

export const schemas: Readonly<Record<string, Members>> = {
  HeadgateProblem: {
    type: "object",
    description: "A problem document (RFC 9457).",
    required: ["type", "title", "status", "code"],
    properties: {
      type: text,
      title: text,
      status: integer,
      detail: text,
      code: { type: "string", description: "What went wrong: a stable word." },
      message: text,
      error: { type: "object" },
      requestId: text,
      "violated-policies": {
        type: "array",
        items: text,
        description: "The policies that refuse the request.",
      },
    },
    [MARK]: true,
  },
};

export type Schemes = Readonly<Record<string, Members>>;

/** By the names of their components. */
export function toSchemes({ auth }: Config): Schemes {
  const { apiKeys, issuers } = auth;
  const { query } = apiKeys;
  return {
    HeadgateApiKey: {
      type: "apiKey",
      in: "header",
      name: "X-API-Key",
      description: "An API key.",
      [MARK]: true,
    },
    ...(query === undefined
      ? {}
      : {
          HeadgateApiKeyQuery: {
            type: "apiKey",
            in: "query",
            name: query,
            description: "An API key.",
            [MARK]: true,
          },
        }),
    HeadgateBearer: {
      type: "http",
      scheme: "bearer",
      description: issuers.length === 0 ? "An API key." : "An API key, or a token (JWT).",
      [MARK]: true,
    },
  };
}

/** One of them is enough; none where the credential is optional. */
export function toSecurity({ auth }: Route, schemes: Schemes): readonly Members[] {
  const requirements = Object.keys(schemes).map((name) => ({ [name]: [] }));
  return auth === "optional" ? [...requirements, {}] : requirements;
}
