// What would become of a request, told by the gateway without making it.

import type { Command } from "../command.ts";
import { type Item, toItem, toItems, toLines, toTable } from "../table.ts";

export const explain: Command = {
  name: "explain",
  summary: "what would become of a request: its route, policies, counters and overrides; takes nothing",
  arguments: [{ name: "request-url" }],
  options: {
    method: { value: "method", help: "default GET" },
    header: { value: "name:value", help: "a header field of the request", isRepeatable: true },
    address: { value: "ip", help: "of the client" },
    country: { value: "code", help: "of the client: two upper-case letters" },
    continent: { value: "code", help: "of the client: AF, AN, AS, EU, NA, OC or SA" },
    consumer: { value: "name", help: "whose credential it shows; else nobody's" },
    tier: { value: "name", help: "of the consumer" },
    scope: { value: "scope", help: "that the credential allows", isRepeatable: true },
    "key-id": { value: "id", help: "the credential is this API key" },
  },
  examples: [
    "explain https://api.example.com/search?q=tea --address 192.0.2.1",
    'explain https://api.example.com/orders --method POST --header "X-Org: acme"',
    "explain https://api.example.com/orders --consumer acme --tier pro",
  ],
  run: async (given, { api }) => {
    const body = {
      url: given.argument(0),
      method: given.text("method"),
      headers: given.pairs("header", ":"),
      address: given.text("address"),
      country: given.text("country"),
      continent: given.text("continent"),
      consumer: given.text("consumer"),
      tier: given.text("tier"),
      scopes: given.texts("scope"),
      apiKey: given.text("key-id"),
    };
    const answer = await api().ask("POST", "/explain", { body });
    return { json: answer.body, text: () => toText(toItem(answer.body)) };
  },
};

function toText({
  problem,
  path,
  route,
  ban,
  cost,
  consumer,
  isUnlimited,
  isCached,
  policies,
}: Item): string {
  const { index, name } = toItem(route);
  const lines = toLines({
    "ends with": problem,
    ban: ban === undefined ? undefined : `${String(toItem(ban)["id"])}: ${String(toItem(ban)["reason"])}`,
    path,
    route: route === undefined ? undefined : `${String(index)}: ${String(name)}`,
    cost,
    consumer,
    limited: isUnlimited === true ? "no: an access list says so" : undefined,
    cached: isCached === true ? "yes" : "no",
  });
  const table = toTable(
    [
      ["policy", ({ policy }) => policy],
      ["limit", ({ limit }) => limit],
      ["window", ({ windowMs }) => (typeof windowMs === "number" ? `${windowMs / 1_000}s` : undefined)],
      [
        "from",
        ({ decidedBy, override }) =>
          override === undefined ? decidedBy : `override ${String(toItem(override)["id"])}`,
      ],
      ["refuses", ({ isShadow }) => (isShadow === true ? "no" : "yes")],
      ["counter", ({ counter }) => (typeof counter === "string" ? counter : toItem(counter)["key"])],
      ["object", ({ counter }) => toItem(counter)["object"]],
    ],
    toItems(policies),
  );
  return `${lines}\n\n${table}`;
}
