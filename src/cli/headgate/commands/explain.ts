// What would become of a request, told by the gateway without making it.

import { describedRequest } from "../../../core/control/described-request.ts";
import type { Command } from "../command.ts";
import { toUsageFailure } from "../exit-codes.ts";
import type { Given } from "../given.ts";
import { judge } from "../judge.ts";
import { readSecret } from "../read-secret.ts";
import { toSafeText } from "../print-safely.ts";
import { type Item, toItem, toItems, toLines, toTable } from "../table.ts";
import { toDuration, toWait } from "../times.ts";
import { toKeyText } from "../key-text.ts";

export const explain: Command = {
  name: "explain",
  summary:
    "what would become of a request: who is calling, what refuses it until when, what is left; takes nothing",
  arguments: [{ name: "request-url" }],
  options: {
    method: { value: "method", help: "default GET" },
    header: { value: "name:value", help: "a header field of the request", isRepeatable: true },
    address: { value: "ip", help: "of the client" },
    country: { value: "code", help: "of the client: two upper-case letters" },
    continent: {
      value: "code",
      help: "of the client: AF, AN, AS, EU, NA, OC or SA; default: where its address is counted",
    },
    asn: {
      value: "number",
      help: "of the client's network; refused where nothing asks for it, as what Bot Management says is",
    },
    "bot-score": { value: "score", help: "of Bot Management: 1 (a program) to 99 (a person)" },
    "verified-bot": { help: "Bot Management knows the client for a search engine's or the like" },
    ja4: { value: "fingerprint", help: "of the client's TLS handshake" },
    consumer: { value: "name", help: "it shows an API key of this consumer; where there is none, a token" },
    tier: { value: "name", help: "of the consumer, whatever its keys have" },
    scope: { value: "scope", help: "that the consumer's credential allows", isRepeatable: true },
    key: { value: "id", help: "it shows this API key: its id, or the visible beginning of its text" },
    credential: {
      value: "text",
      help: "it shows this API key or token; - reads it from the standard input, where no process sees it",
    },
  },
  examples: [
    "explain https://api.example.com/search?q=tea --address 192.0.2.1",
    'explain https://api.example.com/orders --method POST --header "X-Org: acme"',
    "explain https://api.example.com/orders --address 192.0.2.1 --bot-score 12",
    "explain https://api.example.com/orders --consumer acme",
    "explain https://api.example.com/orders --key hg_1a2B3c4D",
    "explain https://api.example.com/orders --credential -",
  ],
  run: async (given, { api, nowMs }) => {
    const body = toBody(given);
    judge(describedRequest, body, { url: "<request-url>" });
    judgeSendable(given);
    const credential = await readSecret(given.text("credential"));
    judge(describedRequest, { ...body, credential });
    const answer = await api().ask("POST", "/explain", { body: { ...body, credential } });
    return { json: answer.body, text: () => toText(toItem(answer.body), nowMs()) };
  },
};

/** What no request can have, wherever it is sent. */
function judgeSendable(given: Given): void {
  if (!URL.canParse(given.argument(0)))
    throw toUsageFailure("<request-url> must be a URL that can be asked for");
  // The value may be a credential: it is not repeated.
  if (!canSend(given.pairs("header", ":") ?? {}))
    throw toUsageFailure("--header must be the name and the value of a header field");
}

function canSend(fields: Readonly<Record<string, string>>): boolean {
  try {
    return new Headers(fields) instanceof Headers;
  } catch {
    return false;
  }
}

/** The credential's text may still have to be read. */
function toBody(given: Given): Item {
  return {
    url: given.argument(0),
    method: given.text("method"),
    headers: given.pairs("header", ":"),
    address: given.text("address"),
    country: given.text("country"),
    continent: given.text("continent"),
    asn: given.integer("asn"),
    botScore: given.integer("bot-score"),
    verifiedBot: given.has("verified-bot") ? true : undefined,
    ja4: given.text("ja4"),
    consumer: given.text("consumer"),
    tier: given.text("tier"),
    scopes: given.texts("scope"),
    apiKey: given.text("key"),
    credential: given.text("credential"),
  };
}

function toText(explained: Item, nowMs: number): string {
  const { problem, status, path, route, preflight, ban, cost, consumer, tier, apiKey, cause } = explained;
  const { isUnlimited, isCached, denied, retryAfterMs } = explained;
  const { index, name } = toItem(route);
  const lines = toLines({
    answer:
      problem === undefined
        ? "goes on to the cache and the origin"
        : `${toSafeText(status)} ${toSafeText(problem)}`,
    because: cause,
    ban:
      ban === undefined
        ? undefined
        : `${toSafeText(toItem(ban)["id"])}: ${toSafeText(toItem(ban)["reason"])}`,
    "denied by": Array.isArray(denied) && denied.length > 0 ? denied.join(", ") : undefined,
    reputation: toReputation(toItem(explained["reputation"])),
    again: toWait(retryAfterMs, nowMs),
    path,
    route: route === undefined ? undefined : `${toSafeText(index)}: ${toSafeText(name)}`,
    preflight: preflight === undefined ? undefined : `answered by the ${toSafeText(preflight)}`,
    cost,
    consumer,
    tier,
    "API key": apiKey,
    limited: isUnlimited === true ? "no: an access list says so" : undefined,
    cached: isCached === true ? "yes" : "no",
  });
  const { pool, whenLimited, policies: outbound } = toItem(explained["outbound"]);
  const ways = Array.isArray(whenLimited) ? whenLimited.join(", ") : "";
  const calls = `Calls of the pool ${toSafeText(pool)}; without quota: ${ways}`;
  return [
    lines,
    toPolicyTable(explained["policies"], nowMs),
    ...(pool === undefined ? [] : [calls, toPolicyTable(outbound, nowMs)]),
  ].join("\n\n");
}

/** What is held against the address; nothing is said of one that nothing is held against, and will not be for this. */
function toReputation({ standing, score, points, isShadow }: Item): string | undefined {
  const added = typeof points === "number" && points > 0 ? `, and up to ${points} more for this request` : "";
  const isClear = typeof score !== "number" || (score < 1 && standing !== "trusted");
  if (isClear && added === "") return undefined;
  const mark = isShadow === true ? " (dry run)" : "";
  return `${toSafeText(standing)}, score ${Math.round(Number(score))}${added}${mark}`;
}

function toPolicyTable(policies: unknown, nowMs: number): string {
  const items = toItems(policies);
  // Where no limit follows a pool, each takes what `cost` says.
  const takes = items.some((item) => item["takes"] !== undefined)
    ? [["takes", (item: Item) => item["takes"]] as const]
    : [];
  return toTable(
    [
      ["policy", ({ policy }) => policy],
      ["says", toSaid],
      ["limit", ({ limit }) => limit],
      ...takes,
      ["window", ({ windowMs }) => toDuration(windowMs)],
      ["used", (item) => verdictOf(item)["used"]],
      ["left", (item) => verdictOf(item)["remaining"]],
      [
        "again",
        (item) => (isDenied(verdictOf(item)) ? toWait(verdictOf(item)["retryAfterMs"], nowMs) : undefined),
      ],
      ["all back", (item) => toWait(verdictOf(item)["resetMs"], nowMs)],
      ["limit from", toSource],
      [
        "counts by",
        ({ counter }) => (typeof counter === "string" ? counter : toKeyText(toItem(counter)["key"])),
      ],
      ["object", ({ counter }) => toItem(counter)["object"]],
    ],
    items,
  );
}

const verdictOf = ({ verdict }: Item): Item => toItem(verdict);
const isDenied = ({ outcome }: Item): boolean => outcome === "denied";

function toSaid({ verdict, isShadow }: Item): string {
  const { outcome, isBanned, degraded } = toItem(verdict);
  if (outcome === undefined) return "not asked";
  const said = isBanned === true ? "banned" : toSafeText(outcome);
  const marks = [...(isShadow === true ? ["dry run"] : []), ...(degraded === undefined ? [] : ["degraded"])];
  return marks.length === 0 ? said : `${said} (${marks.join(", ")})`;
}

function toSource({ decidedBy, override, tier, variant, follows }: Item): string {
  const named = [
    ...(override === undefined ? [] : [`override ${toSafeText(toItem(override)["id"])}`]),
    ...(tier === undefined ? [] : [`tier ${toSafeText(tier)}`]),
    ...(variant === undefined ? [] : [`limits for ${toSafeText(variant)}`]),
  ];
  const source = named.length === 0 ? toSafeText(decidedBy) : named.join(", ");
  return follows === undefined ? source : `${source}, ${toFollowing(toItem(follows))}`;
}

/** "follows pool api: critical 1000, normal 500, background 100". */
function toFollowing({ pool, mode, limits }: Item): string {
  const comes = Object.entries(toItem(limits)).map(([priority, limit]) => `${priority} ${String(limit)}`);
  const mark = mode === "shadow" ? " (dry run)" : "";
  return toSafeText(`follows pool ${String(pool)}${mark}: ${comes.join(", ")}`);
}
