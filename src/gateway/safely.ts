// The last net: whatever a programming error throws becomes a 500 without a stack, and one log line with it.

import type { Config } from "../core/config/config.ts";
import { writeLog } from "../platform/log.ts";
import { toProblemResponse } from "./request/problem-response.ts";

export async function safely(
  requestId: string,
  { name }: Config,
  answer: () => Promise<Response>,
): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    writeLog("crashed", { cause, requestId });
    return toProblemResponse("internal-error", { name, requestId });
  }
}
