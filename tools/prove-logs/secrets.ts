// Requests with a secret in every place that a client can write to, and the lines that they leave: none may have one,
// however it is written.

import { randomBytes } from "node:crypto";
import { inTurns, send, type Sent } from "./send.ts";

/** Every secret has it. */
const MARK = "hgsecret";
/** What a base64 of it has, whatever stands before it. */
const MARKS = [
  MARK,
  ...[0, 1, 2].map((before) =>
    Buffer.from(`${"x".repeat(before)}${MARK}`)
      .toString("base64url")
      .slice(before === 0 ? 0 : 4, -3),
  ),
  Buffer.from(MARK).toString("hex"),
  encodeURIComponent(MARK.replaceAll("s", "ß")),
];

const toSecret = (): string => `${MARK}${randomBytes(6).toString("hex")}`;
const toBase64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function toToken(): string {
  const header = { alg: pick(["HS256", "none", "RS256", toSecret()]), kid: toSecret() };
  const claims = {
    iss: pick(["https://login.example", toSecret()]),
    sub: toSecret(),
    aud: toSecret(),
    [toSecret()]: 1,
  };
  return `${toBase64(header)}.${toBase64(claims)}.${toBase64(toSecret())}`;
}

function pick<Value>(values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(Math.random() * values.length)] ?? values[0];
}

type Choices<Value> = readonly [() => Value, ...(() => Value)[]];

const FIELDS: Choices<Readonly<Record<string, string>>> = [
  () => ({ Authorization: `Bearer ${toSecret()}` }),
  () => ({ Authorization: `Bearer ${toToken()}` }),
  () => ({ Authorization: `Basic ${toBase64(`${toSecret()}:${toSecret()}`)}` }),
  () => ({ "X-API-Key": toSecret() }),
  () => ({ Cookie: `sid=${toSecret()}; ${toSecret()}=1` }),
  () => ({ "X-Tenant": toSecret() }),
  () => ({ [`X-${toSecret()}`]: "1" }),
  () => ({ "User-Agent": toSecret(), Referer: `https://x.example/?${toSecret()}` }),
  () => ({ traceparent: toSecret(), "CF-Ray": toSecret(), "X-Request-Id": toSecret() }),
  () => ({ Range: `bytes=${toSecret()}`, "If-None-Match": `"${toSecret()}"` }),
  () => ({ Origin: `https://${toSecret()}.example`, Host: `${toSecret()}.example` }),
  () => ({ "CF-Connecting-IP": pick(["203.0.113.9", toSecret(), "2001:db8::1"]) }),
];

const PATHS: Choices<string> = [
  () => `/keyed/${toSecret()}?token=${toSecret()}`,
  () => `/guarded?key=${toSecret()}`,
  () => `/cached/${toSecret()}?${toSecret()}=1`,
  () => `/broken/${toSecret()}`,
  () => `/${toSecret()}%2f%0a`,
  () => `/pool/${toSecret()}`,
];

function toHostile(): Sent {
  const fields = Object.assign(
    {},
    ...[pick(FIELDS), pick(FIELDS), pick(FIELDS)].map((make) => make()),
  ) as Record<string, string>;
  const method = pick(["GET", "GET", "POST", "PUT"]);
  return { path: pick(PATHS)(), fields, method, ...(method === "GET" ? {} : { body: toSecret() }) };
}

/** `logs` is what was written so far, by console and sink; so many lines are to come. */
export async function leakSecrets(
  url: URL,
  { lines, logs }: { readonly lines: number; readonly logs: readonly string[] },
): Promise<readonly string[]> {
  const wanted = logs.length + lines;
  while (logs.length < wanted) await inTurns(500, 8, () => send(url, toHostile()));
  return findLeaks(logs);
}

/** The lines that have something of a secret or of an address. */
export function findLeaks(logs: readonly string[]): readonly string[] {
  return logs.filter((line) => {
    const folded = line.toLowerCase();
    return MARKS.some((mark) => folded.includes(mark.toLowerCase())) || /203\.0\.113\.|2001:db8/.test(folded);
  });
}

/** Everything that writes lines: policies by what clients send, credentials, a cache, an origin that is not there. */
export function toLeakingConfig(origin: string, log: object): object {
  const keyed = { algorithm: "token-bucket", limit: 1, window: "1h" };
  return {
    origin,
    origins: { gone: { members: ["http://127.0.0.1:9"] } },
    auth: {
      apiKeys: { query: "key" },
      issuers: [
        { issuer: "https://login.example", audience: "api", algorithms: ["HS256"], secret: "JWT_SECRET" },
      ],
    },
    policies: {
      tenant: { ...keyed, key: ["header:x-tenant", "cookie:sid"] },
      token: { ...keyed, key: "query:token" },
      path: { ...keyed, key: "path", mode: "shadow" },
      ip: { ...keyed, limit: 1_000_000, key: "ip" },
    },
    routes: [
      { path: "/keyed/:id", policies: ["tenant", "token", "path"] },
      { path: "/guarded", auth: "required", policies: ["ip"] },
      { path: "/cached/*", policies: ["ip"], cache: { ttl: "1m" } },
      { path: "/pool/*", origin: "gone", policies: ["ip"] },
      { path: "/*", auth: "optional", policies: ["ip", "path"] },
    ],
    log,
  };
}
