// Webhooks in: forged ones end at the gateway, right ones are acknowledged at once, purge what they are about, and reach
// every listener once, also one that is down and over the end of the gateway itself.

import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { type Reply, send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { type Gateway, newFolder, startGateway, toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { readEvents } from "../support/pool-stand.ts";
import { signAsHub, signAsSlack } from "../support/signed-fields.ts";
import { until, untilTime } from "../support/until.ts";

const SECRET = "gh-secret-of-the-test";
const vars = {
  GH_SECRET: SECRET,
  FB_SECRET: "fb-app-secret",
  FB_VERIFY: "a word that both know",
  SLACK_SECRET: "slack-secret",
};
const [pages, one, other] = await Promise.all([startOrigin(), startOrigin(), startOrigin()]);
const persistTo = await newFolder();
const github = { profile: "github", secret: "GH_SECRET" };
const config = toConfigSource({
  origin: pages.url,
  auth: { attempts: { limit: 5, window: "1m" } },
  policies: {},
  routes: [
    {
      path: "/hooks/github",
      webhook: { ...github, purge: { tags: ["feed"] }, deliver: [`${one.url}/in`, `${other.url}/in`] },
    },
    { path: "/hooks/paths", webhook: { ...github, purge: { paths: ["/feed"] } } },
    { path: "/hooks/queue", webhook: { ...github, deliver: [{ queue: "EVENTS" }, `${other.url}/beside`] } },
    { path: "/hooks/later", webhook: { ...github, deliver: [`${one.url}/later`] } },
    {
      path: "/hooks/facebook",
      webhook: {
        profile: "facebook",
        secret: "FB_SECRET",
        verifyToken: "FB_VERIFY",
        deliver: [`${one.url}/fb`],
      },
    },
    {
      path: "/hooks/slack",
      webhook: { profile: "slack", secret: "SLACK_SECRET", deliver: [`${one.url}/slack`] },
    },
    { path: "/hooks/unset", webhook: { ...github, secret: "NO_SUCH_SECRET", deliver: [`${one.url}/in`] } },
    { path: "/*", cache: { ttl: "1h" } },
  ],
});
/** Shows what it gets from the queue, a message at a time. */
const consumer = `export default {
  queue: ({ messages: [message] }) => fetch("${one.url}/queue", { method: "POST", body: JSON.stringify(message.body) }),
};`;
const start = (more: { readonly queue?: { binding: string; consumer: string } } = {}): Promise<Gateway> =>
  startGateway({ config, vars, persistTo, ...more });
// Its queue is bound when it starts again.
let gateway = await start();
afterAll(async () => {
  await gateway.close();
  await Promise.all([pages.close(), one.close(), other.close()]);
  await rm(persistTo, { recursive: true, force: true });
});

interface Hook {
  readonly path?: string;
  readonly id?: string;
  readonly secret?: string;
  readonly ip?: string;
}

function hook(
  body: Buffer | string,
  { path = "/hooks/github", id = randomUUID(), secret = SECRET, ip }: Hook = {},
): Promise<Reply> {
  const fields: Fields = [
    ...signAsHub(body, secret),
    ["Content-Type", "application/json"],
    ["X-GitHub-Delivery", id],
    ["X-GitHub-Event", "push"],
    ["Cookie", "not=passed-on"],
  ];
  return send(gateway, path, { method: "POST", body, fields, ...(ip === undefined ? {} : { ip }) });
}
const slackHook = (body: Buffer | string, secret = vars.SLACK_SECRET, more: Fields = []): Promise<Reply> =>
  send(gateway, "/hooks/slack", { method: "POST", body, fields: [...signAsSlack(body, secret), ...more] });
const statusOf = async (reply: Promise<Reply>): Promise<number> => (await reply).status;
/** What the queue's consumer got of an event. */
const queued = (id: string): readonly Readonly<Record<string, unknown>>[] =>
  one
    .requests("/queue")
    .map((request) => JSON.parse(request.body().toString()) as Readonly<Record<string, unknown>>)
    .filter((message) => message["id"] === id);
/** How long a slow listener takes. */
const LISTENER_MS = 500;
const toMedian = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[of.length >> 1] ?? Infinity;
const countOf = (path: string): number => one.requests(path).length;

describe("a forged webhook", () => {
  it("is a 401, reaches nobody, and is limited like wrong credentials", async () => {
    const ip = "203.0.113.7";
    const forged = Array.from({ length: 7 }, (_, at) => hook(`{"forged":${at}}`, { secret: "another", ip }));
    const statuses = await Promise.all(forged.map(statusOf));
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    expect(one.requests("/in").length + other.requests("/in").length).toBe(0);
    expect((await hook("{}", { secret: "another", ip: "203.0.113.8" })).json()["code"]).toBe(
      "webhook-not-verified",
    );
  });

  it("is one whose secret nobody has set: a 503, and the sender comes again", async () => {
    const reply = await hook("{}", { path: "/hooks/unset" });
    expect([reply.status, reply.json()["code"]]).toEqual([503, "webhook-unavailable"]);
  });

  it("is one that is too large", async () => {
    expect(await statusOf(hook("x".repeat(300_000)))).toBe(413);
  });
});

describe("a webhook that is right", () => {
  it("is acknowledged at once, purges, and reaches two listeners once each, while one is down for 3 seconds", async () => {
    pages.serve("/feed", { fields: [["Cache-Tag", "feed"]], body: "old" });
    await send(gateway, "/feed");
    expect((await send(gateway, "/feed")).field("Cache-Status")).toContain("hit");
    // They take longer than the sender may have to wait: who waited for them would be seen.
    for (const listener of [one, other]) listener.serve("/in", () => wait(LISTENER_MS).then(() => ({})));
    const tooks: number[] = [];
    const hits: number[] = [];
    for (let time = 0; time < 7; time += 1) {
      const hit = await send(gateway, "/feed");
      hits.push(hit.answeredAtMs - hit.sentAtMs);
      const { status, answeredAtMs, sentAtMs } = await hook(`{"time":${time}}`);
      expect(status).toBe(200);
      tooks.push(answeredAtMs - sentAtMs);
    }
    // The machine does much else, as a hit shows that asks nobody.
    expect(toMedian(tooks) - toMedian(hits)).toBeLessThan(100);
    await until("all of them", () => countOf("/in") === 7 && other.requests("/in").length === 7);

    one.serve("/in", {});
    const downUntilMs = Date.now() + 3_000;
    other.serve("/in", () => (Date.now() < downUntilMs ? { status: 503 } : { body: "thanks" }));
    pages.serve("/feed", { fields: [["Cache-Tag", "feed"]], body: "new" });
    const id = randomUUID();
    const body = '{"action":"published","note":"café ☕"}';
    const reply = await hook(body, { id });
    expect(reply.status).toBe(200);
    const acknowledgedMs = Date.now();
    // The same again: the sender has not heard of it.
    expect(await statusOf(hook(body, { id }))).toBe(200);

    await until("the page a miss", async () => (await send(gateway, "/feed")).text() === "new");
    expect(Date.now() - acknowledgedMs).toBeLessThan(5_000);
    const served = (): number =>
      other.requests("/in").filter((request) => request.body().toString() === body).length;
    await until("the listener that was down", () => Date.now() > downUntilMs && served() >= 2);
    const got = one.requests("/in").find((request) => request.body().toString() === body);
    const passed = ["x-github-event", "webhook-id", "cookie"].map((name) => got?.field(name));
    expect(passed).toEqual(["push", id, undefined]);
    expect(got?.field("x-hub-signature-256")).toMatch(/^sha256=/);
    expect(one.requests("/in").filter((request) => request.body().toString() === body)).toHaveLength(1);
    // Tried at 0, 1 and 3 seconds: taken once.
    expect(served()).toBeLessThanOrEqual(4);
  });

  it("reaches its listener as it came: its bytes coded, and under a name of its own where it has none that a field takes", async () => {
    const coded = gzipSync('{"event_id":"a"}');
    // A byte that is no UTF-8.
    const more: Fields = [
      ["Content-Encoding", "gzip"],
      ["X-Slack-Note", "caf\u00e9"],
    ];
    expect(await statusOf(slackHook(coded, vars.SLACK_SECRET, more))).toBe(200);
    await until("the coded one", () => countOf("/slack") === 1);
    const [got] = one.requests("/slack");
    expect([got?.body(), got?.field("content-encoding")]).toEqual([coded, "gzip"]);
    const depth = 50_000;
    const bodies = [
      String.raw`{"event_id":"a\r\nX-Forged: 1"}`,
      String.raw`{"event_id":"\ud800 ☕"}`,
      `{"event_id":${"[".repeat(depth)}${"]".repeat(depth)}}`,
      '{"event_id":"',
      Buffer.from([0x22, 0xff, 0x22]),
    ];
    for (const body of bodies) expect(await statusOf(slackHook(body))).toBe(200);
    await until("the others", () => countOf("/slack") === 1 + bodies.length);
    const names = one.requests("/slack").map((request) => request.field("webhook-id"));
    expect(names).toEqual([coded, ...bodies].map(() => expect.stringMatching(/^sha256:[\da-f]{64}$/)));
  });

  it("purges paths of its own host", async () => {
    pages.serve("/feed", { body: "old" });
    await send(gateway, "/feed?page=2");
    pages.serve("/feed", { body: "new" });
    expect(await statusOf(hook('{"x":1}', { path: "/hooks/paths" }))).toBe(200);
    await until("the page a miss", async () => (await send(gateway, "/feed?page=2")).text() === "new");
  });

  it("comes over the end of the gateway, also for a queue that was not bound before", async () => {
    one.serve("/queue", { body: "shown" });
    const early = randomUUID();
    expect(await statusOf(hook('{"early":1}', { path: "/hooks/queue", id: early }))).toBe(200);
    await until("the line in the log", () => readEvents(gateway, "queue-failed").length > 0);
    expect(readEvents(gateway, "queue-failed")[0]).toMatchObject({
      queue: "EVENTS",
      id: early,
      tries: 1,
      cause: "there is no such binding of a queue",
    });
    await until("the listener beside it", () => other.requests("/beside").length === 1);
    one.serve("/later", { status: 503 });
    expect(await statusOf(hook('{"later":1}', { path: "/hooks/later" }))).toBe(200);
    await until("the first try", () => countOf("/later") === 1);
    // That it failed is stored once its answer is there.
    await untilTime(Date.now() + 300);
    await gateway.close();
    one.serve("/later", { body: "taken" });
    const before = countOf("/later");
    gateway = await start({ queue: { binding: "EVENTS", consumer } });
    // Nobody asks the gateway anything: the object's alarm is enough.
    await until("the try after it", () => countOf("/later") > before);
    expect(one.requests("/later").at(-1)?.body().toString()).toBe('{"later":1}');
    await until("what was for the queue", () => queued(early).length > 0);
    const [message, ...others] = queued(early);
    expect(others).toEqual([]);
    expect(Object.keys(message ?? {})).toEqual(["id", "fields", "body"]);
    expect(message).toMatchObject({ body: '{"early":1}', fields: { "x-github-event": "push" } });
    expect(message?.["fields"]).not.toHaveProperty("cookie");
    const [[, signature] = []] = signAsHub(String(message?.["body"]), SECRET);
    expect(message?.["fields"]).toHaveProperty("x-hub-signature-256", signature);
  });

  it("goes to a queue as its bytes are, and without them where they are too many for a message", async () => {
    const [plain, raw, most, tooLong] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const deliver = async (body: Buffer | string, id: string): Promise<void> => {
      expect(await statusOf(hook(body, { path: "/hooks/queue", id }))).toBe(200);
      await until("the message", () => queued(id).length === 1);
    };
    const bom = "\ufeff{}";
    await deliver(bom, plain);
    expect(queued(plain)[0]).toHaveProperty("body", bom);
    await deliver(Buffer.from([0xff, 0x00]), raw);
    expect(queued(raw)[0]).toHaveProperty("bodyBase64", "/wA=");
    // What is around a body has the same length each time.
    const room = 127_000 - (JSON.stringify(queued(plain)[0]).length - bom.length);
    await deliver("x".repeat(room), most);
    expect(queued(most)[0]).toHaveProperty("body", "x".repeat(room));
    expect(readEvents(gateway, "queue-body-left-out")).toEqual([]);
    await deliver("x".repeat(room + 1), tooLong);
    expect(queued(tooLong)[0]).toMatchObject({ id: tooLong, isTooLong: true, bodyBytes: room + 1 });
    expect(queued(tooLong)[0]).not.toHaveProperty("body");
    await until("the line in the log", () => readEvents(gateway, "queue-body-left-out").length === 1);
    expect(readEvents(gateway, "queue-body-left-out")[0]).toMatchObject({ id: tooLong, bytes: room + 1 });
  });
});

describe("the first question of a sender", () => {
  const ask = (token: string): Promise<Reply> =>
    send(
      gateway,
      `/hooks/facebook?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${encodeURIComponent(token)}`,
    );

  it("by Facebook: the challenge, to who knows the word", async () => {
    const reply = await ask(vars.FB_VERIFY);
    expect([reply.status, reply.text(), reply.field("Content-Type")]).toEqual([
      200,
      "1158201444",
      "text/plain; charset=utf-8",
    ]);
    expect(await statusOf(ask("guessed"))).toBe(401);
  });

  it("by Slack: signed, like all it sends, and passed on to nobody", async () => {
    const body = '{"type":"url_verification","challenge":"3eZbrw1a"}';
    const before = countOf("/slack");
    const reply = await slackHook(body);
    expect([reply.status, reply.text()]).toEqual([200, "3eZbrw1a"]);
    expect(await statusOf(slackHook(body, "another"))).toBe(401);
    expect(countOf("/slack")).toBe(before);
  });
});

it("a listener that wants no more gets no more, and the log says so", async () => {
  one.serve("/fb", { status: 410 });
  const body = '{"object":"page","entry":[]}';
  const fields = signAsHub(body, vars.FB_SECRET);
  const deliver = (): Promise<Reply> => send(gateway, "/hooks/facebook", { method: "POST", body, fields });
  expect([await statusOf(deliver()), await statusOf(deliver())]).toEqual([200, 200]);
  await until("the line in the log", () => readEvents(gateway, "webhook-undelivered").length === 1);
  expect(countOf("/fb")).toBe(1);
});
