// Cuts a response whose body stalls or takes too long: its head has gone to the client, so a cut connection is the one
// honest way to say that it is not whole. Only routes with bodyTimeout or totalTimeout come here.

import { readClock } from "../../platform/clock.ts";
import { toPipe } from "../request/body-pipe.ts";

/** The longest that a timer can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface BodyLimits {
  /** The longest pause between two pieces. */
  readonly pauseMsMax: number;
  /** When it must have ended, by the isolate's clock. */
  readonly deadlineMs: number;
  readonly onCut: (cause: string) => void;
}

export function limitBody(
  response: Response,
  limits: BodyLimits & { readonly waitUntil: (promise: Promise<unknown>) => void },
): Response {
  if (response.body === null) return response;
  const { readable, writable } = toPipe(response.headers);
  limits.waitUntil(pump(response.body.getReader(), writable.getWriter(), limits));
  return new Response(readable, response);
}

/** Never rejects. */
async function pump(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  { pauseMsMax, deadlineMs, onCut }: BodyLimits,
): Promise<void> {
  // Infinity while it is the client that is waited for: a slow reader is no stalled origin.
  let waitingSinceMs = Infinity;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const watch = (): void => {
    const nowMs = readClock();
    const dueMs = Math.min(deadlineMs, waitingSinceMs + pauseMsMax);
    if (nowMs < dueMs) {
      timer = setTimeout(watch, Math.min(dueMs - nowMs, pauseMsMax, TIMER_MS_MAX));
      return;
    }
    const cause = nowMs >= deadlineMs ? "the request took too long" : "the body stalled";
    onCut(cause);
    void Promise.allSettled([writer.abort(new Error(cause)), reader.cancel(cause)]);
  };
  watch();
  try {
    for (;;) {
      waitingSinceMs = readClock();
      const { done, value } = await reader.read();
      waitingSinceMs = Infinity;
      if (done) break;
      await writer.write(value);
    }
    await writer.close();
  } catch (error) {
    await Promise.allSettled([writer.abort(error), reader.cancel(error)]);
  } finally {
    clearTimeout(timer);
  }
}
