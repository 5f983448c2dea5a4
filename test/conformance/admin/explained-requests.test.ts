// Explanations held against the answers that then really come: some hundred random requests over routes with everything
// that can refuse a request or change its limits. Both are asked one after the other, so nothing comes in between.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forge } from "../../../tools/fuzz/forge-token.ts";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { send, type Reply } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { issueKey, newKeyText } from "../support/keys.ts";
import { startOrigin } from "../support/origin.ts";
import { toRefusingConfig } from "../support/refusing-config.ts";
import { membersOf } from "../support/structured-fields.ts";
import { toRuns } from "../../property-runs.ts";

const SECRET = "a shared secret of more than 32 bytes, for what is signed here";
const RUNS = toRuns(3_000);
const TIMEOUT_MS = 180_000;

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startGateway({
  config: toConfigSource(toRefusingConfig(origin.url)),
  vars: { ADMIN_TOKEN, JWT_SECRET: SECRET },
});
afterAll(gateway.close);

/** Seconds from now. */
const token = (claims: object, expires = 3_600): string =>
  forge(
    { alg: "HS256" },
    { iss: "us", aud: "api", exp: Math.floor(Date.now() / 1_000) + expires, ...claims },
    SECRET,
  );

interface Shown {
  readonly what: string;
  readonly text: string | undefined;
  /** What an explanation may be given in its place. */
  readonly named?: object;
}
const shown: Shown[] = [{ what: "nothing", text: undefined }];

beforeAll(async () => {
  const create = async (kind: string, body: object): Promise<Readonly<Record<string, unknown>>> =>
    expectStatus(201, askAdmin(gateway, "POST", `/${kind}`, { body }));
  const addKey = async (what: string, body: object): Promise<void> => {
    const { id, key, prefixes } = await create("keys", body);
    const text = String(key);
    const [{ prefix }] = prefixes as [{ prefix: string }];
    shown.push(
      { what, text },
      { what: `${what}, by id`, text, named: { apiKey: id } },
      { what: `${what}, by prefix`, text, named: { apiKey: prefix } },
    );
  };
  await addKey("free key", { consumer: "free" });
  await addKey("pro key", { consumer: "pro", tier: "pro", scopes: ["write"] });
  await addKey("disabled key", { consumer: "off", enabled: false });
  // Nobody creates one that has expired.
  const { text: old, record } = await issueKey(gateway, { consumer: "old", expiresAtMs: 1_000 });
  shown.push({ what: "expired key", text: old }, { what: "by id", text: old, named: { apiKey: record.id } });
  await addKey("raised key", { consumer: "raised", tier: "pro" });
  await addKey("banned key", { consumer: "spammer" });
  const raised = shown.find(({ what }) => what === "raised key")?.text;
  shown.push({ what: "raised consumer", text: raised, named: { consumer: "raised" } });
  for (const [what, text] of [
    ["token", token({ sub: "alice" })],
    ["pro token", token({ sub: "bob", plan: "pro", scope: "write" })],
    ["expired token", token({ sub: "alice" }, -3_600)],
    ["token for others", token({ sub: "alice", aud: "them" })],
    ["token of nobody", token({ iss: "them" })],
    ["unknown key", newKeyText()],
    ["no key", "rubbish"],
  ] as const)
    shown.push({ what, text });
  await create("overrides", { policy: "plan", key: ["raised"], limit: 7, reason: "their launch" });
  await create("overrides", { policy: "client", key: ["192.0.2.7"], limit: 3, reason: "too much" });
  await create("overrides", { policy: "place", key: ["192.0.2.*", "/both"], burst: 8, reason: "tests" });
  await create("bans", { value: "192.0.2.9", reason: "scraper" });
  await create("bans", { key: "consumer", value: "spammer", reason: "did not pay" });
  await create("access", { action: "deny", cidr: "192.0.2.8/32", reason: "scans" });
  await create("access", { action: "unlimited", cidr: "192.0.2.5/32", reason: "ours" });
});

interface Asked {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly ip: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly place: "authorization" | "x-api-key" | "query";
  readonly shown: number;
}

const PATHS = [
  "/mine/a",
  "/mine/b",
  "/write",
  "/both",
  "/big",
  "/org",
  "/strict",
  "/lines",
  "/pool",
  "/host",
  "/closed",
];
const OTHER_PATHS = ["/open/1", "/nowhere", "/open/%zz", "/__headgate/x", "/open/a%00b"];
const HEADERS = [
  { "x-org": "acme" },
  { "x-org": "other" },
  { "x-units": "7" },
  { "user-agent": "bad bot" },
] as const;
const PREFLIGHT = { origin: "https://page.example", "access-control-request-method": "GET" };

const asked: fc.Arbitrary<Asked> = fc.record({
  method: fc.constantFrom("GET", "GET", "GET", "POST", "PUT", "HEAD", "OPTIONS"),
  host: fc.constantFrom("api.example", "api.example", "other.example"),
  path: fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...PATHS) }, fc.constantFrom(...OTHER_PATHS)),
  ip: fc.integer({ min: 1, max: 9 }).map((last) => `192.0.2.${last}`),
  headers: fc
    .subarray<Readonly<Record<string, string>>>([...HEADERS, PREFLIGHT])
    .map((given) => Object.assign({}, ...given) as Readonly<Record<string, string>>),
  place: fc.constantFrom("authorization", "authorization", "x-api-key", "query"),
  shown: fc.nat(),
});

const WAYS = ["access-denied", "banned", "credential-invalid", "goes on", "quota-exceeded"];

interface Explained {
  readonly problem?: string;
  readonly status?: number;
  readonly preflight?: string;
  readonly denied: readonly string[];
  readonly retryAfterMs?: number;
  readonly isRemembered: boolean;
  readonly policies: readonly {
    readonly policy: string;
    readonly limit: number;
    readonly isShadow: boolean;
    readonly verdict?: {
      readonly outcome: string;
      readonly remaining: number;
      readonly resetMs: number;
      readonly retryAfterMs?: number;
    };
  }[];
}

function showIn(
  { place, path, headers }: Asked,
  text: string | undefined,
): { path: string; headers: Asked["headers"] } {
  if (text === undefined) return { path, headers };
  if (place === "query" && path === "/both") return { path: `${path}?api_key=${text}`, headers };
  return place === "x-api-key"
    ? { path, headers: { ...headers, "x-api-key": text } }
    : { path, headers: { ...headers, authorization: `Bearer ${text}` } };
}

/** Both: what was said of it, and what it was answered. */
async function play(request: Asked): Promise<{ readonly explained: Explained; readonly reply: Reply }> {
  const { method, host, ip } = request;
  const credential = shown[request.shown % shown.length] ?? { what: "nothing", text: undefined };
  const real = showIn(request, credential.text);
  const told = credential.named === undefined ? real : { path: request.path, headers: request.headers };
  const described = { method, url: `http://${host}${told.path}`, headers: told.headers, address: ip };
  const body = { ...described, ...credential.named };
  const explain = async (): Promise<Explained> =>
    (await expectStatus(200, askAdmin(gateway, "POST", "/explain", { body }))) as unknown as Explained;
  const explained = await explain();
  const fields: Fields = [["Host", host], ...Object.entries(real.headers)];
  const reply = await send(gateway, real.path, { method, ip, fields });
  // What is remembered is as old as a second, and the request may just have asked anew. It was denied, which changed
  // nothing, so what is explained now is what it was told.
  const isOlder = explained.isRemembered && reply.status === 429 && !hasSameDenials(explained, reply);
  return { explained: isOlder ? await explain() : explained, reply };
}

const readViolated = (reply: Reply): readonly unknown[] =>
  (reply.json()["violated-policies"] ?? []) as readonly unknown[];

/** A HEAD says nothing of it. */
function hasSameDenials({ denied }: Explained, reply: Reply): boolean {
  return reply.body.length === 0 || JSON.stringify(readViolated(reply)) === JSON.stringify(denied);
}

/** What an answer says of each policy: what is left, and for how many seconds. */
function expectFigures({ policies, retryAfterMs, isRemembered }: Explained, reply: Reply): void {
  const members = membersOf(reply, "RateLimit");
  const told = policies.filter(({ isShadow, verdict }) => !isShadow && verdict !== undefined);
  expect(members.map(({ value }) => value)).toEqual(told.map(({ policy }) => policy));
  for (const [at, { verdict }] of told.entries()) {
    // What is remembered of policies that do not deny may be as old as a second, and is asked anew a moment later.
    if (isRemembered && verdict?.outcome !== "denied") continue;
    const { r, t } = members[at]?.parameters ?? {};
    expect(r).toBe(verdict?.remaining);
    expectSeconds(t, verdict?.outcome === "denied" ? verdict.retryAfterMs : verdict?.resetMs);
  }
  const retryAfter = reply.field("Retry-After");
  if (retryAfterMs !== undefined) expectSeconds(retryAfter, retryAfterMs);
}

/** A moment has passed since, and each rounds up. */
function expectSeconds(told: unknown, waitMs: number | undefined): void {
  expect(Math.abs(Number(told) - Math.ceil((waitMs ?? 0) / 1_000))).toBeLessThanOrEqual(1);
}

function expectSame(explained: Explained, reply: Reply, isHead: boolean): void {
  const { problem, status, denied, preflight } = explained;
  const isOurs = reply.field("Content-Type") === "application/problem+json";
  if (problem !== undefined) expect(reply.status).toBe(status);
  expect(isOurs).toBe(problem !== undefined);
  if (isOurs && !isHead) {
    expect([reply.json()["code"], readViolated(reply)]).toEqual([problem, denied]);
  }
  // Of a preflight that it passes on the gateway says nothing.
  // Nor does it tell how many guesses are left.
  const isTold = preflight === undefined && problem !== "credential-invalid";
  if (isTold || problem === "quota-exceeded") expectFigures(explained, reply);
}

describe("an explanation", () => {
  it("says of each of some hundred requests what is then answered", { timeout: TIMEOUT_MS }, async () => {
    const seed = Date.now();
    const seen = new Set<string>();
    for (const request of fc.sample(asked, { numRuns: RUNS, seed })) {
      const { explained, reply } = await play(request);
      try {
        expectSame(explained, reply, request.method === "HEAD");
      } catch (error) {
        const what = [request, explained, reply.status, reply.fields, reply.text()];
        throw new Error(`seed ${seed}: ${what.map((one) => JSON.stringify(one)).join("\n")}`, {
          cause: error,
        });
      }
      seen.add(explained.problem ?? "goes on");
    }
    // The commonest ways of ending were met: else the requests are not random enough to prove anything.
    expect([...seen]).toEqual(expect.arrayContaining(WAYS));
  });
});
