// Functions of the configuration file: keys and costs that they make, their time, and what becomes of a request where one fails.

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { newAddress, type Reply, type RequestOptions, send } from "../support/client.ts";
import { newFolder, startGateway } from "../support/gateway.ts";
import { OTHER_WORKER, toOwnCodeConfig } from "../support/own-code-config.ts";
import { startOrigin } from "../support/origin.ts";

const origin = await startOrigin();
afterAll(origin.close);
const folder = await newFolder();
afterAll(() => rm(folder, { recursive: true }));
await writeFile(join(folder, "guide.html"), "<p>A guide</p>");
const gateway = await startGateway({
  services: { API: OTHER_WORKER },
  assets: { directory: folder, binding: "ASSETS" },
  config: toOwnCodeConfig(origin.url),
  vars: { ADMIN_TOKEN, HEAVY: "7" },
});
afterAll(gateway.close);

const ask = (path: string, options: RequestOptions = {}): Promise<Reply> =>
  send(gateway, path, { ip: newAddress(), ...options });

const ofTeam = (name: string, waitMs = 0): RequestOptions => ({
  fields: [
    ["X-Team", name],
    ["X-Wait", String(waitMs)],
  ],
});

const readLeft = (reply: Reply): number => Number(reply.field("X-RateLimit-Remaining"));

const findFaults = (name: string): readonly Readonly<Record<string, unknown>>[] =>
  gateway
    .logs()
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    .filter((line) => line["event"] === "function-failed" && line["function"] === name);

describe("functions of the configuration make keys", () => {
  it("that many addresses share, and others do not", async () => {
    const left: number[] = [];
    for (const name of ["a/1", "a/2", "b/1", "a/3"]) left.push(readLeft(await ask("/teams", ofTeam(name))));
    expect(left).toEqual([2, 1, 2, 0]);
    expect((await ask("/teams", ofTeam("a/4"))).status).toBe(429);
  });

  it("as promises within their time; later ones leave the client's address", async () => {
    expect(readLeft(await ask("/slow", ofTeam("s", 5)))).toBe(2);
    expect(readLeft(await ask("/slow", ofTeam("s", 5)))).toBe(1);
    const ip = newAddress();
    expect(readLeft(await ask("/slow", { ...ofTeam("s", 400), ip }))).toBe(2);
    expect(readLeft(await ask("/slow", { ...ofTeam("s", 400), ip }))).toBe(1);
    expect(readLeft(await ask("/slow", ofTeam("s", 400)))).toBe(2);
    expect(findFaults("slowly")).toMatchObject([{ code: "late", count: 1, route: "/slow" }]);
  });

  it.each(["wrong", "throws"])("and where one fails (%s) every address has a counter", async (name) => {
    const ip = newAddress();
    const left: number[] = [];
    for (const from of [ip, ip, newAddress()]) left.push(readLeft(await ask(`/${name}`, { ip: from })));
    expect(left).toEqual([2, 1, 2]);
    expect(findFaults(name)).toHaveLength(1);
  });

  it("and where one must not fail the request is a 503 with a code, and not sent on", async () => {
    const asked = origin.requests().length;
    const reply = await ask("/strict", ofTeam("a", 400));
    expect([reply.status, reply.json()["code"]]).toEqual([503, "function-failed"]);
    expect(reply.text()).not.toContain("strict");
    expect(origin.requests()).toHaveLength(asked);
    expect((await ask("/strict", ofTeam("a"))).status).toBe(200);
  });
});

describe("functions of the configuration make costs", () => {
  it("rounded up, and the rule's max where one returns no number", async () => {
    expect(readLeft(await ask("/weight/light"))).toBe(99);
    // It was given no secret, and makes NaN of it.
    expect(readLeft(await ask("/weight/heavy"))).toBe(80);
    expect(findFaults("weight")).toMatchObject([{ code: "wrong" }]);
  });

  it("of a policy by itself, and see the secrets that they name alone", async () => {
    const reply = await ask("/weighed");
    expect(reply.field("RateLimit")).toMatch(/"weighed";r=93;.*"units";r=99;/);
  });
});

const withSession = (name: string): RequestOptions => ({ fields: [["X-Session", name]] });

describe("functions of the configuration say who is calling", () => {
  it("to limits and the origin, before anything is counted", async () => {
    const reply = await ask("/me", withSession("of-acme"));
    expect([reply.status, readLeft(reply)]).toEqual([200, 99]);
    const [sent] = origin.requests("/me").slice(-1);
    expect(sent?.field("x-tier")).toBe("pro");
    expect(sent?.field("x-consumer")).toMatch(/^acme-\d+$/);
  });

  it.each([
    ["/me", {}, 401, "credential-missing"],
    ["/me", withSession("unknown"), 401, "credential-invalid"],
    ["/me", withSession("of-a\tb"), 503, "function-failed"],
    ["/me", withSession("broken"), 503, "function-failed"],
    ["/again", withSession("broken"), 503, "function-failed"],
    ["/admin", withSession("of-acme"), 403, "scope-missing"],
  ])("%s with %j is %i %s, and is not sent on", async (path, options, status, code) => {
    const before = origin.requests().length;
    const reply = await ask(path, options);
    expect([reply.status, reply.json()["code"]]).toEqual([status, code]);
    expect(origin.requests()).toHaveLength(before);
  });

  it("and are remembered where the route says so, by the values that it names", async () => {
    const told: (string | undefined)[] = [];
    for (const name of ["of-a", "of-a", "of-b", ""]) {
      await ask("/again", name === "" ? {} : withSession(name));
      const [sent] = origin.requests("/again").slice(-1);
      told.push(sent?.field("x-consumer"));
    }
    expect(told[1]).toBe(told[0]);
    expect(told[2]).toMatch(/^b-/);
    expect(told[3]).toBeUndefined();
  });

  it("and lock out addresses that go on guessing", async () => {
    const ip = newAddress();
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn += 1)
      statuses.push((await ask("/me", { ...withSession(`guess-${turn}`), ip })).status);
    expect(statuses.at(0)).toBe(401);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe("functions of the configuration change requests", () => {
  it("in path, query and fields", async () => {
    await ask("/rewrite?a=b", { fields: [["X-Secret", "s"]] });
    const [sent] = origin.requests("/v2/things").slice(-1);
    expect(sent?.target).toBe("/v2/things?by=nobody");
    expect(sent?.field("x-secret")).toBeUndefined();
    expect(sent?.field("x-made")).toBe("by 7");
  });

  it("or answer them", async () => {
    const before = origin.requests().length;
    const reply = await ask("/rewrite?answer");
    expect([reply.status, reply.json()]).toEqual([418, { short: "and stout" }]);
    expect(origin.requests()).toHaveLength(before);
  });

  it.each(["bad", "away"])(
    "within bounds (%s): else it is a 503, or passes where that is said",
    async (what) => {
      const refused = await ask(`/rewrite?${what}`);
      expect([refused.status, refused.json()["code"]]).toEqual([503, "function-failed"]);
      expect((await ask(`/optional?${what}`)).status).toBe(200);
      expect(origin.requests("/optional").at(-1)?.target).toBe(`/optional?${what}`);
    },
  );

  it("and never lead to another host", async () => {
    expect((await ask("/rewrite?slashes")).status).toBe(200);
    expect(origin.requests("/evil.example/x")).toHaveLength(1);
  });
});

describe("functions of the configuration change answers", () => {
  const BODY = "a body of many words ".repeat(10_000);

  it("in their fields and their body, as it comes", async () => {
    origin.serve("/hide", {
      status: 200,
      fields: [
        ["X-Origin", "1"],
        ["ETag", '"1"'],
      ],
      body: BODY,
    });
    const reply = await ask("/hide");
    expect(reply.text()).toBe(BODY.toUpperCase());
    expect([reply.field("X-Origin"), reply.field("ETag"), reply.field("Content-Length")]).toEqual([
      undefined,
      'W/"1"',
      undefined,
    ]);
    const [sent] = origin.requests("/hide").slice(-1);
    expect(sent?.field("accept-encoding")).toBe("identity");
  });

  it("in their status, with a body of the function's", async () => {
    origin.serve("/hide", { status: 200, fields: [], body: BODY });
    const reply = await ask("/hide?text");
    expect([reply.status, reply.text(), reply.field("X-Was")]).toEqual([203, "in place", "200"]);
  });

  it("and keep back what they could not change, or pass it where that is said", async () => {
    for (const path of ["/hide", "/keep"]) origin.serve(path, { status: 200, fields: [], body: "secret" });
    const refused = await ask("/hide?throws");
    expect([refused.status, refused.json()["code"]]).toEqual([503, "function-failed"]);
    expect((await ask("/keep?throws")).text()).toBe("secret");
  });

  it("from the store as from the origin", async () => {
    origin.serve("/stored", { status: 200, fields: [["Cache-Control", "max-age=60"]], body: "words" });
    expect((await ask("/stored")).text()).toBe("WORDS");
    const hit = await ask("/stored");
    expect([hit.text(), hit.field("Cache-Status")]).toEqual(["WORDS", expect.stringContaining("hit")]);
    expect(origin.requests("/stored")).toHaveLength(1);
  });
});

describe("an origin that is a binding of the deployment", () => {
  it("is another Worker, asked as every origin is, and stored", async () => {
    const ip = newAddress();
    const first = await ask("/worker/a?b=c", { ip });
    const { url, fields } = first.json() as { url: string; fields: Record<string, string> };
    expect([first.status, url, first.field("X-Worker")]).toEqual([
      200,
      "https://service.internal/a?b=c",
      "other",
    ]);
    expect([fields["x-forwarded-for"], fields["cf-connecting-ip"]]).toEqual([ip, ip]);
    expect((await ask("/worker/a?b=c")).field("Cache-Status")).toContain("hit");
    const sent = await ask("/worker/a", { method: "POST", body: "words" });
    expect(sent.json()).toMatchObject({ method: "POST", body: "words" });
  });

  it("is left alone when it is late, by the pool's circuit breaker", async () => {
    const codes: unknown[] = [];
    for (let turn = 0; turn < 3; turn += 1) codes.push((await ask("/late")).json()["code"]);
    expect(codes).toEqual(["origin-timeout", "origin-timeout", "origin-unavailable"]);
  });

  it("is static assets", async () => {
    const page = await ask("/files/guide");
    expect([page.status, page.text(), page.field("Content-Type")]).toEqual([
      200,
      "<p>A guide</p>",
      expect.stringContaining("text/html"),
    ]);
    const again = await ask("/files/guide", { fields: [["If-None-Match", page.field("ETag") ?? ""]] });
    expect(again.status).toBe(304);
    expect((await ask("/files/nothing")).status).toBe(404);
  });

  it.each(["/gone", "/data"])(
    "that is missing, or fetches nothing (%s), is a 503 with a code",
    async (path) => {
      const reply = await ask(path);
      expect([reply.status, reply.json()["code"]]).toEqual([503, "origin-unbound"]);
    },
  );

  it("that is missing gives way to another one, whatever the method", async () => {
    for (const method of ["GET", "POST"]) {
      const reply = await ask("/spare", { method, ...(method === "POST" ? { body: "words" } : {}) });
      expect([reply.status, reply.field("X-Worker")]).toEqual([200, "other"]);
    }
  });
});

describe("a pushed configuration and functions of the configuration", () => {
  const read = (): Promise<Reply> => askAdmin(gateway, "GET", "/config", { token: ADMIN_TOKEN });

  it("names what is deployed, and nothing else", async () => {
    const shown = (await read()).json()["config"] as Record<string, unknown>;
    const policies = shown["policies"] as Record<string, Record<string, unknown>>;
    const push = (key: string): Promise<Reply> =>
      askAdmin(gateway, "PUT", "/config", {
        ifMatch: "*",
        token: ADMIN_TOKEN,
        body: { config: { ...shown, policies: { ...policies, units: { ...policies["units"], key } } } },
      });
    const refused = await push("function:tem");
    expect(refused.status).toBe(400);
    expect(refused.text()).toContain('there are \\"team\\", \\"slowly\\"');
    expect((await push("function:team")).status).toBe(200);
    expect(readLeft(await ask("/weight/light", ofTeam("pushed/1")))).toBe(99);
    expect(readLeft(await ask("/weight/light", ofTeam("pushed/2")))).toBe(98);
  });

  it("is explained with what they return", async () => {
    const explained = await askAdmin(gateway, "POST", "/explain", {
      token: ADMIN_TOKEN,
      body: { url: `${gateway.url}/weight/light`, headers: { "X-Team": "pushed/3" } },
    });
    expect(explained.json()).toMatchObject({ cost: 1 });
  });
});
