// Log lines on their way to receivers over HTTP: whole batches with their credentials, once however often a receiver
// fails, dropped and counted where it stalls, and never in a request's way.

import { afterAll, describe, expect, it } from "vitest";
import { newAddress, send, type Reply } from "../support/client.ts";
import { type Gateway, startGateway, toConfigSource } from "../support/gateway.ts";
import { type Origin, type RecordedRequest, startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

const BATCH = 100;
const AUTHORIZATION = "Splunk 0c1d5f0a-secret";
const ADMIN_TOKEN = "log-sinks-token-of-32-characters-or-more";

type Line = Readonly<Record<string, unknown>>;
type Answer = (request: RecordedRequest) => { readonly status: number; readonly body?: string };

const origin = await startOrigin();
afterAll(origin.close);
const receiver = await startOrigin();
afterAll(receiver.close);

async function startLogging(sink: Line, log: Line = {}): Promise<Gateway> {
  const gateway = await startGateway({
    config: toConfigSource({
      origin: origin.url,
      policies: {
        // A decision without the counter object would leave a line of its own.
        wide: { algorithm: "token-bucket", limit: 10_000, window: "1h", key: "ip", timeoutMs: 10_000 },
      },
      routes: [
        { path: "/cached", policies: ["wide"], cache: { ttl: "1m" } },
        { path: "/*", policies: ["wide"] },
      ],
      log: { allowed: 1, addresses: "truncated", sinks: [sink], ...log },
    }),
    vars: { ADMIN_TOKEN, RECEIVER: AUTHORIZATION, RECEIVER_URL: `${receiver.url}/by-secret` },
  });
  afterAll(gateway.close);
  return gateway;
}

async function sendMany(gateway: Gateway, count: number, path = "/a"): Promise<readonly Reply[]> {
  const ip = newAddress();
  return await Promise.all(Array.from({ length: count }, () => send(gateway, path, { ip })));
}

const isWhole = ({ bodyBytes, field }: RecordedRequest): boolean =>
  bodyBytes() === Number(field("content-length"));

/** What was posted to a path, as soon as it is so many. */
async function untilPosted(
  path: string,
  count: number,
  of: Origin = receiver,
): Promise<readonly RecordedRequest[]> {
  return await until(
    `${count} batches at ${path}`,
    () => {
      const posted = of.requests(path);
      return posted.length >= count && posted.every(isWhole) && posted;
    },
    15_000,
  );
}

const toLines = ({ body }: RecordedRequest): readonly Line[] =>
  body()
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

async function readSinks(gateway: Gateway): Promise<readonly Line[]> {
  const fields = [["Authorization", `Bearer ${ADMIN_TOKEN}`]] as const;
  const health = await send(gateway, "/__headgate/v1/health", { fields });
  return health.json()["log"] as readonly Line[];
}

describe("a receiver that takes every batch", () => {
  it("gets a hundred lines at once, with the secret's value in its field", async () => {
    const gateway = await startLogging({
      url: `${receiver.url}/taken`,
      fields: { Authorization: "RECEIVER", "X-Scope-OrgID": "RECEIVER" },
    });
    receiver.serve("/taken", { status: 204 });
    await sendMany(gateway, BATCH);
    const [batch] = await untilPosted("/taken", 1);
    if (batch === undefined) throw new Error("no batch");
    expect(batch.method).toBe("POST");
    expect(batch.field("authorization")).toBe(AUTHORIZATION);
    expect(batch.field("x-scope-orgid")).toBe(AUTHORIZATION);
    expect(batch.field("content-type")).toBe("application/x-ndjson");
    const lines = toLines(batch);
    expect(lines).toHaveLength(BATCH);
    expect(lines[0]).toMatchObject({
      event: "allowed",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/) as string,
      route: "/*",
      method: "GET",
      status: 200,
      policy: ["wide"],
      key: [expect.stringMatching(/^[0-9a-f]{16}$/)],
      units: [1],
      originMs: expect.any(Number) as number,
      version: 0,
    });
    expect(lines[0]?.["address"]).toMatch(/\.0$|::$/);
    expect(JSON.stringify(gateway.logs())).not.toContain(AUTHORIZATION);
    await until("the count", async () => {
      const [sink] = await readSinks(gateway);
      return sink?.["taken"] === BATCH && sink;
    });
    expect(await readSinks(gateway)).toEqual([{ sink: "log.sinks.0", taken: BATCH, waiting: 0, dropped: 0 }]);
  });

  it("gets fewer after five seconds, at the address that a secret has, and alone where the console is off", async () => {
    const sink = { urlSecret: "RECEIVER_URL", format: "loki", shape: "ecs" };
    const gateway = await startLogging(sink, { console: false });
    receiver.serve("/by-secret", { status: 204 });
    const startedMs = Date.now();
    await sendMany(gateway, 3);
    const [batch] = await untilPosted("/by-secret", 1);
    expect(Date.now() - startedMs).toBeGreaterThan(4_500);
    expect(batch?.field("content-type")).toBe("application/json");
    const { streams } = JSON.parse(batch?.body().toString("utf8") ?? "") as {
      streams: { values: unknown[] }[];
    };
    expect(streams.map(({ values }) => values.length)).toEqual([3]);
    expect(gateway.logs()).toEqual([]);
  });
});

it("an allowed line says what the cache made of the request and who waited for what", async () => {
  const gateway = await startLogging({ url: `${receiver.url}/cached` });
  receiver.serve("/cached", { status: 200 });
  origin.serve("/cached", { fields: [["Cache-Control", "max-age=60"]], body: "kept" });
  const ip = newAddress();
  await send(gateway, "/cached", { ip });
  await send(gateway, "/cached", { ip });
  await until("two lines", () => gateway.logs().length >= 2);
  const [miss, hit] = gateway.logs().map((line) => JSON.parse(line) as Line);
  expect(miss).toMatchObject({ event: "allowed", cache: "miss", counterMs: expect.any(Number) as number });
  expect(miss).toHaveProperty("originMs");
  expect(hit).toMatchObject({ event: "allowed", cache: "hit", cacheMs: expect.any(Number) as number });
  expect(hit).not.toHaveProperty("originMs");
});

describe("a receiver that fails", () => {
  it("gets the same batch again, under the same name", async () => {
    const gateway = await startLogging({ url: `${receiver.url}/failing` });
    let asked = 0;
    const answer: Answer = () => ({ status: (asked += 1) < 3 ? 503 : 200 });
    receiver.serve("/failing", answer);
    await sendMany(gateway, BATCH);
    const posted = await untilPosted("/failing", 3);
    expect(new Set(posted.map(({ field }) => field("idempotency-key"))).size).toBe(1);
    expect(posted[0]?.field("idempotency-key")).toMatch(/^"[0-9a-f-]{36}"$/);
    expect(posted[2]?.body().equals(posted[0]?.body() ?? Buffer.of())).toBe(true);
    await until("the count", async () => (await readSinks(gateway))[0]?.["taken"] === BATCH);
  });

  it("is not asked again where it refuses, and the lines are counted and spoken of", async () => {
    const gateway = await startLogging({ url: `${receiver.url}/refusing` });
    receiver.serve("/refusing", { status: 403 });
    await sendMany(gateway, BATCH);
    const dropped = await until("the line", () =>
      gateway
        .logs()
        .map((line) => JSON.parse(line) as Line)
        .find(({ event }) => event === "log-dropped"),
    );
    expect(dropped).toMatchObject({ sink: "log.sinks.0", lines: BATCH });
    expect((await readSinks(gateway))[0]).toMatchObject({ taken: 0, dropped: BATCH });
    expect(receiver.requests("/refusing")).toHaveLength(1);
  });

  it("gets no credentials of another's by a redirect", async () => {
    const gateway = await startLogging({
      url: `${receiver.url}/moved`,
      fields: { Authorization: "RECEIVER" },
    });
    receiver.serve("/moved", { status: 307, fields: [["Location", `${receiver.url}/elsewhere`]] });
    await sendMany(gateway, BATCH);
    await until("the drop", async () => (await readSinks(gateway))[0]?.["dropped"] === BATCH);
    expect(receiver.requests("/elsewhere")).toEqual([]);
  });

  it("is nobody where a secret is missing, which is said", async () => {
    const gateway = await startLogging({
      url: `${receiver.url}/keyless`,
      fields: { Authorization: "ABSENT" },
    });
    await sendMany(gateway, BATCH);
    const dropped = await until("the line", () =>
      gateway.logs().find((line) => line.includes("log-dropped")),
    );
    expect(JSON.parse(dropped)).toMatchObject({
      lines: BATCH,
      cause: expect.stringContaining("secret") as string,
    });
    expect(receiver.requests("/keyless")).toEqual([]);
  });
});

it("a receiver that stalls delays no request, and its lines are dropped and counted", async () => {
  const gateway = await startLogging({ url: `${receiver.url}/stalling` });
  receiver.serve("/stalling", { raw: "", ending: "stall" });
  await sendMany(gateway, BATCH);
  await until("the sending", () => receiver.requests("/stalling").length === 1);
  const replies = await sendMany(gateway, 20, "/while-it-stalls");
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
  const slowest = Math.max(...replies.map(({ sentAtMs, answeredAtMs }) => answeredAtMs - sentAtMs));
  expect(slowest).toBeLessThan(4_000);
  await until("the drop", async () => (await readSinks(gateway))[0]?.["dropped"] === BATCH, 15_000);
  expect(receiver.requests("/stalling")).toHaveLength(1);
});
