// Batches as a client sends them.

import { send, type Reply, type RequestOptions, type Target } from "./client.ts";

export const BATCH_PATH = "/__headgate/v1/batch";

export interface BatchAnswer {
  readonly name?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly encoding?: "json" | "text" | "base64";
  readonly body: unknown;
}

/** `content` is the members, or whatever else is to be sent. */
export function sendBatch(to: Target, content: unknown, options: RequestOptions = {}): Promise<Reply> {
  const { fields = [], ...others } = options;
  const isTyped = fields.some(([name]) => name.toLowerCase() === "content-type");
  return send(to, BATCH_PATH, {
    method: "POST",
    body: typeof content === "string" ? content : JSON.stringify(content),
    fields: isTyped ? fields : [["Content-Type", "application/json"], ...fields],
    ...others,
  });
}

/** The answers to a batch that is right. */
export async function askBatch(
  to: Target,
  members: readonly Readonly<Record<string, unknown>>[],
  options: RequestOptions = {},
): Promise<readonly BatchAnswer[]> {
  const reply = await sendBatch(to, members, options);
  if (reply.status !== 200) throw new Error(`${reply.status}: ${reply.text()}`);
  return JSON.parse(reply.text()) as readonly BatchAnswer[];
}
