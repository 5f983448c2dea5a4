// Who is calling the admin API: a bearer token that is one of two secrets of the deployment, or a named token, which the
// control object is asked for each time: one that was revoked opens nothing from then on. An unset secret opens nothing.

import { type TokenRecord, type TokenScope, tokenScopes } from "../core/control/token-scopes.ts";
import { toAddressKey } from "../core/keys/ip.ts";
import type { Bindings } from "../platform/bindings.ts";
import { readClock } from "../platform/clock.ts";
import { hashText } from "../platform/hash-text.ts";
import { askControl } from "./ask-control.ts";
import { FailureLimit } from "./failure-limit.ts";
import { isSameSecret } from "./is-same-secret.ts";
import { toProblem } from "./problem.ts";
import { TOKEN_TEXT } from "./token-operations.ts";

export type Tokens = Readonly<Partial<Record<"ADMIN_TOKEN" | "ADMIN_READ_TOKEN", string | undefined>>>;

export interface Operator {
  /** As the audit log calls it: a secret's name, or "token:" and a token's. */
  readonly who: string;
  /** Whether nothing is closed to it. */
  readonly isRoot: boolean;
  readonly scopes: readonly TokenScope[];
}

/** Who shows the token, or the refusal. */
export type Authenticate = (request: Request) => Promise<Operator | Response>;

const ROOT: Operator = { who: "ADMIN_TOKEN", isRoot: true, scopes: tokenScopes };
const READER: Operator = { who: "ADMIN_READ_TOKEN", isRoot: false, scopes: ["read"] };

export function createAuthenticate(tokens: Tokens, bindings: Bindings): Authenticate {
  const failures = new FailureLimit();
  return async ({ headers }) => {
    const client = headers.get("cf-connecting-ip") ?? "";
    const address = toAddressKey(client) ?? "unknown";
    const waitMs = failures.toWaitMs(address, readClock());
    if (waitMs > 0)
      return toProblem(429, "too-many-failures", {}, { "Retry-After": String(Math.ceil(waitMs / 1_000)) });
    const [, given = ""] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.get("authorization") ?? "") ?? [];
    const operator = given === "" ? undefined : await findOperator(given, tokens, bindings);
    if (operator !== undefined) return operator;
    failures.count(address, readClock());
    return toProblem(401, "unauthorized", {}, { "WWW-Authenticate": "Bearer" });
  };
}

/** Compares with both secrets, whatever the first says; a named token is found by its hash. */
async function findOperator(
  given: string,
  tokens: Tokens,
  bindings: Bindings,
): Promise<Operator | undefined> {
  const isToken = async (token: string | undefined): Promise<boolean> =>
    token !== undefined && token !== "" && isSameSecret(given, token);
  const [isRoot, isReader] = await Promise.all([
    isToken(tokens.ADMIN_TOKEN),
    isToken(tokens.ADMIN_READ_TOKEN),
  ]);
  if (isRoot) return ROOT;
  if (isReader) return READER;
  if (!TOKEN_TEXT.test(given)) return undefined;
  const found = await askControl<TokenRecord | undefined>(bindings, async (control) =>
    control.findToken(hashText(given)),
  );
  return found && { who: `token:${found.name}`, isRoot: false, scopes: found.scopes };
}
