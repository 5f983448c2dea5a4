// Calls the functions that make keys and costs of a route's limits, all at once, before the limits are asked.

import type { BodyValue } from "../../core/body/body-value.ts";
import { UNKNOWN } from "../../core/body/body-value.ts";
import { FUNCTION_LABEL, toFunctionValue } from "../../core/functions/function-values.ts";
import type { Route } from "../../core/routes/route.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import { callFunction, type FunctionClients } from "./call-function.ts";

export interface FunctionFailure {
  readonly code: "function-failed";
  readonly cause: string;
}

/** The facts with what they return; a failure only where a function that failed says that its request must not go on. */
export async function callForLimits(
  facts: RequestFacts,
  { functions, name: route }: Pick<Route, "functions" | "name">,
  gateway: FunctionClients,
): Promise<Result<RequestFacts, FunctionFailure>> {
  if (functions === undefined) return ok(facts);
  const calling = { facts, route, read: readValue, gateway };
  const called = await Promise.all(functions.map((name) => callFunction(name, calling)));
  const values = new Map<string, BodyValue>();
  for (const [at, made] of called.entries()) {
    if (!made.ok && made.error.onFault === "refuse")
      return err({ code: "function-failed", cause: made.error.cause });
    values.set(`${FUNCTION_LABEL}${functions[at] ?? ""}`, made.ok ? made.value : UNKNOWN);
  }
  const { member } = facts;
  return ok(facts.withMembers((label) => values.get(label) ?? member(label)));
}

function readValue(returned: unknown): Result<BodyValue, string> {
  const value = toFunctionValue(returned);
  return value === undefined
    ? err("a key is a text of at most 4096 characters, a number or a boolean, and a cost is a number")
    : ok(value);
}
