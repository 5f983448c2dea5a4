// Calls that callers leave with the gateway (RFC 7240): taken at once, made when there is quota, answered to whoever left
// them and to nobody else, told to a receiver with a signature, and made once at most over the end of the gateway itself.

import { createHmac } from "node:crypto";
import { rm } from "node:fs/promises";
import { afterAll, describe, expect, it } from "vitest";
import { type Reply, type RequestOptions, send } from "../support/client.ts";
import { type Gateway, newFolder, startGateway, toConfigSource } from "../support/gateway.ts";
import { type IssuedKey, issueKey } from "../support/keys.ts";
import { startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

const SIGNING = Buffer.from("a secret of 24 bytes...!").toString("base64");
const vars = { ADMIN_TOKEN: "let-me-in", HOOK_SECRET: `whsec_${SIGNING}` };
const [origin, receiver] = await Promise.all([startOrigin(), startOrigin()]);
const persistTo = await newFolder();
const every = (limit: number, window: string): object => ({
  algorithm: "sliding-window-log",
  limit,
  window,
  key: "everyone",
});
const members = [origin.url];
const config = toConfigSource({
  origin: origin.url,
  policies: { paced: every(1, "300ms"), scarce: every(1, "1h"), entry: every(3, "1h") },
  origins: {
    paced: { members, policies: ["paced"] },
    scarce: { members, policies: ["scarce"], whenLimited: ["reject"] },
  },
  routes: [
    {
      path: "/paced/*",
      origin: "paced",
      auth: "required",
      handOver: { deliver: { origins: [receiver.url], secret: "HOOK_SECRET" } },
    },
    {
      path: "/scarce/*",
      origin: "scarce",
      auth: "required",
      handOver: { most: 2, bodyBytesMax: 1_024, wait: "2h" },
    },
    { path: "/brief/*", origin: "scarce", handOver: { wait: "1s" } },
    { path: "/counted/*", policies: ["entry"], handOver: {} },
    { path: "/slow/*", handOver: {} },
    { path: "/*" },
  ],
});
const start = (): Promise<Gateway> => startGateway({ config, vars, persistTo });
let gateway = await start();
afterAll(async () => {
  await gateway.close();
  await Promise.all([origin.close(), receiver.close()]);
  await rm(persistTo, { recursive: true, force: true });
});
const [ann, bob] = [await issueKey(gateway), await issueKey(gateway)];

const as = (key: IssuedKey | undefined): readonly (readonly [string, string])[] =>
  key === undefined ? [] : [["Authorization", `Bearer ${key.text}`]];

interface Leaving extends Omit<RequestOptions, "fields"> {
  readonly key?: IssuedKey;
  readonly deliverTo?: string;
}

const leave = (path: string, { key, deliverTo, ...options }: Leaving = {}): Promise<Reply> =>
  send(gateway, path, {
    ...options,
    fields: [
      ...as(key),
      ["Prefer", "respond-async"],
      ...(deliverTo === undefined ? [] : [["X-Deliver-To", deliverTo] as const]),
    ],
  });

const ask = (place: string, key?: IssuedKey, method = "GET"): Promise<Reply> =>
  send(gateway, place, { method, fields: as(key) });

const placeOf = (reply: Reply): string => reply.field("Location") ?? "";

const answered = (place: string, key?: IssuedKey): Promise<Reply> =>
  until("an answer", async () => {
    const reply = await ask(place, key);
    return reply.status !== 202 && reply;
  });

describe("a call that is handed over", () => {
  it("is taken at once, made when there is quota, and answered as the origin answered", async () => {
    origin.serve("/paced/a", { status: 201, fields: [["X-Made", "yes"]], body: "made" });
    const taken = await Promise.all(
      [1, 2, 3].map((at) => leave("/paced/a", { key: ann, method: "POST", body: `body ${at}` })),
    );
    for (const reply of taken) {
      expect([reply.status, reply.field("Preference-Applied")]).toEqual([202, "respond-async"]);
      expect(reply.field("Retry-After")).toBe("1");
      expect(placeOf(reply)).toMatch(/^\/__headgate\/v1\/calls\/[0-9a-f]{42}$/);
    }
    const answers = await Promise.all(taken.map((reply) => answered(placeOf(reply), ann)));
    for (const answer of answers) {
      expect([answer.status, answer.field("X-Made"), answer.text()]).toEqual([201, "yes", "made"]);
      expect([answer.field("Cache-Control"), answer.field("X-Handed-Over")]).toEqual([
        "no-store",
        "answered",
      ]);
    }
    const asked = origin.requests("/paced/a");
    expect(asked.map(({ body }) => body().toString()).toSorted()).toEqual(["body 1", "body 2", "body 3"]);
    const [first] = asked;
    expect(first?.field("X-Consumer")).toBe(ann.record.consumer);
    expect([first?.field("Prefer"), first?.field("Authorization")]).toEqual([undefined, undefined]);
  });

  it("is nobody else's, and asks for its caller's credential each time", async () => {
    origin.serve("/paced/b", { body: "private" });
    const place = placeOf(await leave("/paced/b", { key: ann }));
    expect((await answered(place, ann)).text()).toBe("private");
    expect([(await ask(place, bob)).status, (await ask(place)).status]).toEqual([404, 401]);
    expect((await ask(place, bob, "DELETE")).status).toBe(404);
    expect((await ask(`${place.slice(0, -4)}0000`, ann)).status).toBe(404);
    expect((await ask("/__headgate/v1/calls/x", ann)).status).toBe(404);
    expect((await ask(place, ann, "DELETE")).status).toBe(204);
    expect((await ask(place, ann)).json()["code"]).toBe("no-such-call");
  });

  it("is delivered to origins that the configuration names, signed, and to no other", async () => {
    origin.serve("/paced/c", { body: "told" });
    const reply = await leave("/paced/c", { key: ann, deliverTo: `${receiver.url}/told?by=headgate` });
    expect(reply.status).toBe(202);
    const [told] = await until("the delivery", () => {
      const got = receiver.requests("/told");
      return got.length > 0 && got;
    });
    const body = told?.body().toString() ?? "";
    const [id, time] = [told?.field("webhook-id"), told?.field("webhook-timestamp")];
    const signature = createHmac("sha256", Buffer.from(SIGNING, "base64")).update(`${id}.${time}.${body}`);
    expect(told?.field("webhook-signature")).toBe(`v1,${signature.digest("base64")}`);
    expect(JSON.parse(body)).toMatchObject({ type: "call.answered", data: { status: 200, body: "told" } });
    const wrong = [origin.url, "https://169.254.169.254/latest", receiver.url.replace("//", "//user@"), "x"];
    for (const deliverTo of wrong) {
      const refused = await leave("/paced/c", { key: ann, deliverTo });
      expect([refused.status, refused.json()["code"]]).toEqual([400, "delivery-not-allowed"]);
    }
    expect((await leave("/scarce/c", { key: bob, deliverTo: `${receiver.url}/told` })).status).toBe(400);
  });

  it("waits while there is no quota, can be taken back, and leaves room for no more than a caller may have", async () => {
    expect((await send(gateway, "/scarce/first", { fields: as(bob) })).status).toBe(200);
    const [one, two] = [await leave("/scarce/1", { key: bob }), await leave("/scarce/2", { key: bob })];
    const full = await leave("/scarce/3", { key: bob });
    expect([full.status, full.json()["code"]]).toEqual([429, "calls-full"]);
    expect((await leave("/scarce/3", { key: ann })).status).toBe(202);
    const waiting = await ask(placeOf(one), bob);
    expect([waiting.status, waiting.field("X-Handed-Over")]).toEqual([202, "waiting"]);
    for (const reply of [one, two]) {
      expect((await ask(placeOf(reply), bob, "DELETE")).status).toBe(204);
      expect((await ask(placeOf(reply), bob)).status).toBe(404);
    }
    // As long as it may wait there will be none.
    const brief = await answered(placeOf(await leave("/brief/1")));
    expect([brief.status, brief.json()["code"]]).toEqual([503, "origin-limited"]);
    const long = await leave("/scarce/4", { key: bob, method: "POST", body: "x".repeat(1_025) });
    expect([long.status, long.json()["code"]]).toEqual([413, "call-too-large"]);
    const made = origin.requests().filter(({ target }) => /^\/(?:scarce|brief)\//.test(target));
    expect(made.map(({ target }) => target)).toEqual(["/scarce/first"]);
  });

  it("is counted when it is left, and not again when it is made", async () => {
    const taken = [await leave("/counted/1"), await leave("/counted/2"), await leave("/counted/3")];
    expect((await leave("/counted/4")).status).toBe(429);
    for (const reply of taken) expect((await answered(placeOf(reply))).status).toBe(200);
  });

  it("is as it was where nobody asks for it, or the route has none", async () => {
    expect((await send(gateway, "/slow/x")).status).toBe(200);
    expect((await leave("/plain")).status).toBe(200);
  });

  it("is made once at most over the end of the gateway, unless to do it twice is to do it once", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const path of ["/slow/get", "/slow/post"])
      origin.serve(path, async () => {
        await promise;
        return { body: "late" };
      });
    const safe = placeOf(await leave("/slow/get"));
    const unsafe = placeOf(await leave("/slow/post", { method: "POST", body: "x" }));
    await until(
      "both",
      () => origin.requests("/slow/get").length + origin.requests("/slow/post").length === 2,
    );
    expect((await ask(unsafe, undefined, "DELETE")).json()["code"]).toBe("call-sent");
    await gateway.close();
    resolve();
    gateway = await start();
    const lost = await answered(unsafe);
    expect([lost.status, lost.json()["code"]]).toEqual([502, "call-lost"]);
    expect((await answered(safe)).text()).toBe("late");
    expect(origin.requests("/slow/post")).toHaveLength(1);
    expect(origin.requests("/slow/get")).toHaveLength(2);
  }, 15_000);
});
