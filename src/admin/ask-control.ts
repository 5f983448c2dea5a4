// Asks the control object. When it does not answer, nothing has been promised to anybody.

import type { Changed, ChangeFailure } from "../core/control/control-messages.ts";
import { type Bindings, CONTROL_NAME } from "../platform/bindings.ts";
import { toProblem } from "./problem.ts";

type ControlStub = ReturnType<Bindings["CONTROL"]["getByName"]>;

/** Longer than any change takes; what has not been answered then may have been made all the same. */
const TIMEOUT_MS = 5_000;

/** What the caller gets as a 503. */
export class UnavailableError extends Error {
  constructor(cause: unknown) {
    super("the control object does not answer", { cause });
  }
}

/** `Value` is the plain value that comes: the platform's RPC types make promises of its members. */
export async function askControl<Value>(
  { CONTROL }: Bindings,
  ask: (control: ControlStub) => Promise<unknown>,
): Promise<Value> {
  const late = scheduler.wait(TIMEOUT_MS).then(() => Promise.reject(new Error("no answer in time")));
  try {
    return (await Promise.race([ask(CONTROL.getByName(CONTROL_NAME)), late])) as Value;
  } catch (error) {
    throw new UnavailableError(error);
  }
}

/** The answer to a change: what it made, or why nothing was changed. */
export function toChangedResponse<Value>(
  changed: Changed<Value>,
  toResponse: (value: Value) => Response,
): Response {
  return changed.ok ? toResponse(changed.value) : refusals[changed.error]();
}

const refusals: Readonly<Record<ChangeFailure, () => Response>> = {
  "not-found": () => toProblem(404, "not-found"),
  stale: () => toProblem(412, "stale"),
  full: () => toProblem(409, "full"),
  "name-taken": () => toProblem(409, "name-taken"),
  "repeat-differs": () => toProblem(422, "repeat-differs"),
};
