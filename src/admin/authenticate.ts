// Who is calling the admin API: a bearer token that is one of two secrets. An unset secret opens nothing.

import { toAddressKey } from "../core/keys/ip.ts";
import { readClock } from "../platform/clock.ts";
import { FailureLimit } from "./failure-limit.ts";
import { isSameSecret } from "./is-same-secret.ts";
import { toProblem } from "./problem.ts";

/** The names by which the audit log calls the tokens. */
export type TokenName = "ADMIN_TOKEN" | "ADMIN_READ_TOKEN";

export type Tokens = Readonly<Partial<Record<TokenName, string | undefined>>>;

/** The token that was shown, or the refusal. */
export type Authenticate = (request: Request) => Promise<TokenName | Response>;

export function createAuthenticate(tokens: Tokens): Authenticate {
  const failures = new FailureLimit();
  return async ({ headers }) => {
    const client = headers.get("cf-connecting-ip") ?? "";
    const address = toAddressKey(client) ?? "unknown";
    const waitMs = failures.toWaitMs(address, readClock());
    if (waitMs > 0)
      return toProblem(429, "too-many-failures", {}, { "Retry-After": String(Math.ceil(waitMs / 1_000)) });
    const [, given = ""] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.get("authorization") ?? "") ?? [];
    const name = given === "" ? undefined : await findToken(given, tokens);
    if (name !== undefined) return name;
    failures.count(address, readClock());
    return toProblem(401, "unauthorized", {}, { "WWW-Authenticate": "Bearer" });
  };
}

/** Compares with both, whatever the first says. */
async function findToken(given: string, tokens: Tokens): Promise<TokenName | undefined> {
  const isToken = async (token: string | undefined): Promise<boolean> =>
    token !== undefined && token !== "" && isSameSecret(given, token);
  const [isAdmin, isReader] = await Promise.all([
    isToken(tokens.ADMIN_TOKEN),
    isToken(tokens.ADMIN_READ_TOKEN),
  ]);
  if (isAdmin) return "ADMIN_TOKEN";
  return isReader ? "ADMIN_READ_TOKEN" : undefined;
}
