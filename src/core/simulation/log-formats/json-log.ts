// Lines of JSON, whoever wrote them: nginx and Caddy, Traefik, Kong, Cloudflare's Logpush, the gateway itself. Each fact is
// looked for under the names that these give it.

import {
  type LoggedRequest,
  type ParsedLine,
  splitRequestLine,
  splitTarget,
  toHost,
} from "../logged-request.ts";
import { parseJsonTime } from "./log-time.ts";

type Item = Readonly<Record<string, unknown>>;

/** "request.uri" is `uri` in the object `request`. The first name that is there is taken. */
const NAMES = {
  time: [
    "time",
    "ts",
    "time_iso8601",
    "msec",
    "timestamp",
    "@timestamp",
    "EdgeStartTimestamp",
    "StartUTC",
    "started_at",
  ],
  method: ["method", "request_method", "request.method", "ClientRequestMethod", "RequestMethod"],
  target: [
    "request_uri",
    "request.uri",
    "ClientRequestURI",
    "RequestPath",
    "ClientRequestPath",
    "uri",
    "url",
    "path",
  ],
  line: ["request"],
  host: ["host", "http_host", "request.host", "ClientRequestHost", "RequestHost", "server_name"],
  address: [
    "remote_addr",
    "request.client_ip",
    "request.remote_ip",
    "ClientIP",
    "client_ip",
    "ClientHost",
    "address",
  ],
  status: ["status", "EdgeResponseStatus", "DownstreamStatus", "response.status"],
  country: ["country", "ClientCountry"],
  asn: ["asn", "ClientASN"],
  consumer: ["consumer", "remote_user", "user_id", "consumer.username"],
  tier: ["tier"],
  agent: ["http_user_agent", "user_agent", "ClientRequestUserAgent"],
  referer: ["http_referer", "referer", "ClientRequestReferer"],
} as const;

/** What a time is that stands at the end of a request, and the name of how long that took, with its unit. */
const ENDS: readonly { readonly time: string; readonly took: string; readonly unitMs: number }[] = [
  { time: "ts", took: "duration", unitMs: 1_000 },
  { time: "msec", took: "request_time", unitMs: 1_000 },
  { time: "time_iso8601", took: "request_time", unitMs: 1_000 },
];
const HITS: ReadonlySet<string> = new Set(["hit", "stale", "collapsed", "revalidated"]);

export function parseJsonLog(line: string): ParsedLine {
  const item = parseItem(line);
  if (item === undefined) return "unreadable";
  // A Worker's own requests to its origin stand in the log beside the client's.
  if (item["WorkerSubrequest"] === true) return "not-a-request";
  // Of the gateway's own lines these two tell of an answer; others tell more of the same request.
  const { event } = item;
  if (typeof event === "string" && event !== "allowed" && event !== "denied" && event !== "failed")
    return "not-a-request";
  const atMs = toStartMs(item);
  if (atMs === undefined) return "unreadable";
  const asked = readRequestLine(item);
  return asked === undefined ? "not-http" : { atMs, ...asked, ...readClient(item), fields: readFields(item) };
}

function parseItem(line: string): Item | undefined {
  try {
    const item: unknown = JSON.parse(line);
    return typeof item === "object" && item !== null && !Array.isArray(item) ? (item as Item) : undefined;
  } catch {
    return undefined;
  }
}

function toStartMs(item: Item): number | undefined {
  const atMs = parseJsonTime(find(item, NAMES.time));
  if (atMs === undefined) return undefined;
  const end = ENDS.find(({ time, took }) => item[time] !== undefined && item[took] !== undefined);
  const took = end === undefined ? 0 : Number(item[end.took]) * end.unitMs;
  return took > 0 ? Math.floor(atMs - took) : atMs;
}

function readRequestLine(
  item: Item,
): Pick<LoggedRequest, "method" | "host" | "target" | "route"> | undefined {
  const named = findText(item, NAMES.host);
  const host = named === undefined ? undefined : toHost(named);
  const line = findText(item, NAMES.line);
  const whole = line === undefined ? undefined : splitRequestLine(line);
  if (whole !== undefined) return { host, ...whole };
  const method = findText(item, NAMES.method);
  if (method === undefined) return undefined;
  const written = findText(item, NAMES.target);
  const split = written === undefined ? undefined : splitTarget(written);
  if (split !== undefined) return { method, host, ...split };
  const route = findText(item, ["route"]);
  return route === undefined ? undefined : { method, host, target: undefined, route };
}

function readClient(
  item: Item,
): Pick<LoggedRequest, "address" | "country" | "asn" | "consumer" | "tier" | "status" | "isHit"> {
  const asn = Number(find(item, NAMES.asn));
  const status = Number(find(item, NAMES.status));
  const cached = findText(item, ["cache", "CacheCacheStatus"]);
  return {
    address: findText(item, NAMES.address)?.replace(/^\[(.*)\](?::\d+)?$|^([\d.]+):\d+$/, "$1$2"),
    country: findText(item, NAMES.country)?.toUpperCase(),
    asn: Number.isInteger(asn) && asn > 0 ? asn : undefined,
    consumer: findText(item, NAMES.consumer),
    tier: findText(item, NAMES.tier),
    status: Number.isInteger(status) && status >= 100 ? status : undefined,
    isHit: cached === undefined ? undefined : HITS.has(cached),
  };
}

/** Caddy has each field as a list of its lines. */
function readFields(item: Item): Readonly<Record<string, string>> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  const request = item["request"];
  const headers = item["headers"] ?? (isItem(request) ? request["headers"] : undefined);
  if (isItem(headers))
    for (const [name, value] of Object.entries(headers)) {
      const text = Array.isArray(value) ? value.join(", ") : value;
      if (typeof text === "string") fields[name.toLowerCase()] = text;
    }
  const agent = findText(item, NAMES.agent);
  if (agent !== undefined) fields["user-agent"] = agent;
  const referer = findText(item, NAMES.referer);
  if (referer !== undefined) fields["referer"] = referer;
  return fields;
}

function isItem(value: unknown): value is Item {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function find(item: Item, names: readonly string[]): unknown {
  for (const name of names) {
    const value = item[name] ?? findWithin(item, name);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

function findWithin(item: Item, name: string): unknown {
  const at = name.indexOf(".");
  if (at === -1) return undefined;
  const outer = item[name.slice(0, at)];
  return isItem(outer) ? outer[name.slice(at + 1)] : undefined;
}

/** A text that says something: an absent field is written as "" or "-" by some. */
function findText(item: Item, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = item[name] ?? findWithin(item, name);
    if (typeof value === "string" && value !== "" && value !== "-") return value;
  }
  return undefined;
}
