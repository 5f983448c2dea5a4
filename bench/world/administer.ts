// What the bench has an operator do, through the admin API of a running gateway.

import { randomBytes } from "node:crypto";
import { CommandError } from "../../src/cli/command-error.ts";

export const ADMIN_TOKEN = randomBytes(24).toString("base64url");

const PREFIX = "/__headgate/v1";

/** The text of a new key, of a consumer on the tier "pro". */
export async function issueKey(port: number): Promise<string> {
  const { key } = await administer(port, "POST /keys", { consumer: "consumer-1", tier: "pro" });
  if (typeof key !== "string") throw new CommandError("Cannot issue a key: the answer has none");
  return key;
}

export async function banAddress(port: number, value: string): Promise<void> {
  await administer(port, "POST /bans", { value, reason: "bench" });
}

export async function pushConfig(port: number, config: object): Promise<void> {
  await administer(port, "PUT /config", { config, reason: "bench" });
}

/** Throws a CommandError where it is not done. */
async function administer(
  port: number,
  operation: string,
  body: object,
): Promise<Readonly<Record<string, unknown>>> {
  const [method = "", path = ""] = operation.split(" ");
  const response = await fetch(`http://127.0.0.1:${port}${PREFIX}${path}`, {
    method,
    body: JSON.stringify(body),
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, "Content-Type": "application/json", "If-Match": "*" },
  });
  const answer = (await response.json()) as Readonly<Record<string, unknown>>;
  if (!response.ok) throw new CommandError(`Cannot ${operation}: ${JSON.stringify(answer)}`);
  return answer;
}
