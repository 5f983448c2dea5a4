// The dialect of Facebook's Graph API: limits are a 400 with a code, which its clients go by rather than by the status.

import { type Dialect, toJsonAnswer } from "../dialect.ts";
import type { FailureKind } from "../failure.ts";

const CODES: Readonly<Record<FailureKind, readonly [code: number, type: string]>> = {
  limited: [4, "OAuthException"],
  impossible: [4, "OAuthException"],
  invalid: [100, "GraphMethodException"],
  unauthenticated: [190, "OAuthException"],
  forbidden: [200, "OAuthException"],
  "not-found": [803, "GraphMethodException"],
  "too-large": [1, "GraphMethodException"],
  unavailable: [2, "OAuthException"],
  late: [2, "OAuthException"],
  broken: [1, "OAuthException"],
};

const TRANSIENT: ReadonlySet<FailureKind> = new Set<FailureKind>(["limited", "unavailable", "late"]);

export const graph: Dialect = (failure) => {
  const { kind, message, status } = failure;
  const [code, type] = CODES[kind];
  const isLimit = kind === "limited" || kind === "impossible";
  const error = { message, type, code, is_transient: TRANSIENT.has(kind) };
  return toJsonAnswer(failure, { status: isLimit ? 400 : status, body: { error } });
};
