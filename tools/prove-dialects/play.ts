// What each client makes of a refusal by the gateway.

import type { ApiClient } from "./clients.ts";
import type { Wait } from "./stand.ts";

export interface Played {
  readonly name: string;
  readonly wait: Wait;
  readonly ms: number;
  /** undefined: the call was answered. */
  readonly error: unknown;
  /** What was promised of it and is not so; "" for nothing. */
  readonly broken: string;
}

const PROMISED = { waitedMsMin: 900, waitedMsMax: 8_000, atOnceMsMax: 1_500, insistedMsMax: 15_000 };

/** One call that is let through, and one that is not. */
export async function play(client: ApiClient, gateway: string, wait: Wait): Promise<Played> {
  await client.call(gateway, wait);
  const startedMs = performance.now();
  const error: unknown = await client.call(gateway, wait).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const ms = performance.now() - startedMs;
  return { name: client.name, wait, ms, error, broken: findBroken(client, { wait, ms, error }) };
}

function findBroken(client: ApiClient, { wait, ms, error }: Pick<Played, "wait" | "ms" | "error">): string {
  if (wait === "short" && client.waits) {
    if (error !== undefined) return `sends again what it was told to: ${toMessage(error)}`;
    const isAsTold = ms >= PROMISED.waitedMsMin && ms <= PROMISED.waitedMsMax;
    return isAsTold ? "" : `waits as told, and not ${ms.toFixed(0)} ms`;
  }
  if (error === undefined) return "never takes a refusal for a success";
  if (ms > (client.insists === true ? PROMISED.insistedMsMax : PROMISED.atOnceMsMax))
    return `does not sleep: ${ms.toFixed(0)} ms`;
  if (!client.isOwn(error)) return `throws its own error for limits: ${toMessage(error)}`;
  return /rate ?limit/i.test(toMessage(error)) ? "" : `has a message to read: ${toMessage(error)}`;
}

export function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}
