// Functions of the configuration file: keys and costs that they make, their time, and what becomes of a request where one fails.

import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { newAddress, type Reply, type RequestOptions, send } from "../support/client.ts";
import { startGateway } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startGateway({
  config: `import { defineConfig, type KeyFunction } from "headgate";

const slowly: KeyFunction = async (request) => {
  await new Promise((resolve) => setTimeout(resolve, Number(request.header("x-wait") ?? 0)));
  return request.header("x-team");
};
const WINDOW = { algorithm: "sliding-window", window: "1h" } as const;

export default defineConfig({
  origin: ${JSON.stringify(origin.url)},
  functions: {
    team: (request) => request.header("x-team")?.split("/")[0],
    slowly: { run: slowly, timeout: "100ms" },
    strict: { run: slowly, timeout: "100ms", onFault: "refuse" },
    wrong: () => ({ no: "key" }) as never,
    throws: () => { throw new Error("what nobody is told"); },
    weight: ({ path, env }) => (path.endsWith("/heavy") ? Number(env["HEAVY"]) : 0.5),
    blind: ({ env }) => Object.keys(env).length + 1,
    heavy: { run: ({ env }) => Number(env["HEAVY"]), env: "HEAVY" },
  },
  policies: {
    teams: { ...WINDOW, limit: 3, key: "function:team" },
    slow: { ...WINDOW, limit: 3, key: "function:slowly" },
    strict: { ...WINDOW, limit: 100, key: "function:strict" },
    wrong: { ...WINDOW, limit: 3, key: "function:wrong" },
    throws: { ...WINDOW, limit: 3, key: "function:throws" },
    units: { ...WINDOW, limit: 100, key: "ip" },
    weighed: { ...WINDOW, limit: 100, key: "ip", cost: { function: "heavy", max: 50 } },
  },
  routes: [
    { path: "/teams", policies: ["teams"] },
    { path: "/slow", policies: ["slow"] },
    { path: "/strict", policies: ["strict"] },
    { path: "/wrong", policies: ["wrong"] },
    { path: "/throws", policies: ["throws"] },
    { path: "/weight/*", policies: ["units"], cost: { function: "weight", max: 20 } },
    { path: "/weighed", policies: ["weighed", "units"], cost: { function: "blind", max: 20 } },
    { path: "/plain" },
  ],
});
`,
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
