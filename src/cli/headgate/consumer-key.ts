// The key of an override that is for one consumer: a pattern for each part of the policy's key.

import { findNearest } from "../../core/schema/find-nearest.ts";
import type { Api } from "./api.ts";
import { CommandFailure, toUsageFailure } from "./exit-codes.ts";
import { toSafeText } from "./print-safely.ts";
import { toItem, toItems } from "./table.ts";

export async function findConsumerKey(api: Api, policy: string, name: string): Promise<readonly string[]> {
  if (name.includes("*")) throw toUsageFailure("--consumer names one consumer: --key takes patterns");
  const parts = await readParts(api, policy);
  const at = parts.findIndex((part) => /^(?:consumer$|api-key$|jwt:)/.test(part));
  const part = parts[at];
  if (part === undefined)
    throw new CommandFailure(
      "refused",
      `Policy ${policy} does not count by consumer but by ${parts.join(", ")}: use --key`,
    );
  const value = await toValue(api, part, name);
  return parts.map((_part, index) => (index === at ? value : "*"));
}

async function readParts(api: Api, policy: string): Promise<readonly string[]> {
  const { body } = await api.ask("GET", "/policies");
  const policies = toItems(toItem(body)["items"]);
  const found = policies.find((one) => one["name"] === policy)?.["key"];
  if (Array.isArray(found)) return found.map(toSafeText);
  const names = policies.map((one) => toSafeText(one["name"]));
  const nearest = findNearest(policy, names);
  const hint = nearest === undefined ? `there are ${names.join(", ")}` : `did you mean ${nearest}?`;
  throw new CommandFailure("refused", `There is no policy ${JSON.stringify(policy)}: ${hint}`);
}

/** A claim's value has its issuer before it, and an issuer's name has no space. */
async function toValue(api: Api, part: string, name: string): Promise<string> {
  if (part === "consumer") return name;
  if (part !== "api-key") return `* ${name}`;
  const { body } = await api.ask("GET", `/key-search?${new URLSearchParams({ consumer: name }).toString()}`);
  const ids = toItems(toItem(body)["items"]).map(({ id }) => toSafeText(id));
  const [id] = ids;
  if (id !== undefined && ids.length === 1) return id;
  const which =
    ids.length === 0 ? "it has none" : `say which: ${ids.map((one) => `--key ${one}`).join(", ")}`;
  throw new CommandFailure("refused", `The policy counts by API key, and ${which}`);
}
