// The last net: whatever a programming error throws becomes a 500 without a stack, and one log line with it.

import type { Config } from "../core/config/config.ts";
import { writeLog } from "../platform/log.ts";
import { toProblemResponse } from "./request/problem-response.ts";
import type { ErrorsRule } from "../core/errors/registry.ts";
import type { RequestTrace } from "./request/request-trace.ts";

interface Failing {
  readonly requestId: string;
  readonly trace: RequestTrace;
  /** Read once it has failed: its route may have said another. */
  readonly errors?: ErrorsRule | undefined;
}

export async function safely(
  execution: Failing,
  { name }: Config,
  answer: () => Promise<Response>,
): Promise<Response> {
  const { requestId, trace } = execution;
  try {
    return await answer();
  } catch (error) {
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    writeLog("crashed", { cause, requestId });
    trace.refuse("internal-error");
    return toProblemResponse("internal-error", { name, errors: execution.errors, requestId });
  }
}
