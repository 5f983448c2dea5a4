// What in an answer names the origin names the gateway when the client sees it: Link, Content-Location, Refresh and the
// cookies' Domain and Path, as Location does (redirects.test.ts).

import { afterAll, describe, expect, it } from "vitest";
import { isHit } from "../support/cache-stand.ts";
import { send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { startStand } from "../support/stand.ts";

const member = await startOrigin();
afterAll(member.close);
const { origin, gateway } = await startStand({
  batch: {},
  policies: {},
  origins: { pool: { members: [{ url: `${member.url}/base`, stripPrefix: "/pool" }] } },
  routes: [
    { path: "/pool/*", origin: "pool" },
    { path: "/api/*", stripPrefix: "/api" },
    { path: "/cached/*", cache: { ttl: "1h" } },
    { path: "/*" },
  ],
});
const based = await startGateway({
  config: toConfigSource({ origin: `${origin.url}/base`, policies: {}, routes: [{ path: "/*" }] }),
});
afterAll(based.close);

const HOST = "api.example:8080";
const OWN = `http://${HOST}`;

interface Asking {
  readonly at?: typeof origin;
  readonly to?: typeof gateway;
  readonly host?: string;
}

let paths = 0;

/** The lines of a field, as the client sees what the origin answers with. */
async function see(
  name: string,
  values: readonly string[],
  folders: readonly [client: string, origin: string] = ["", ""],
  { at = origin, to = gateway, host = HOST }: Asking = {},
): Promise<readonly string[]> {
  paths += 1;
  at.serve(`${folders[1]}/${paths}`, { fields: values.map((value) => [name, value]) });
  const reply = await send(to, `${folders[0]}/${paths}`, { fields: [["Host", host]] });
  expect(reply.status).toBe(200);
  return reply.lines(name);
}

describe("what names the origin", () => {
  it.each([
    ["Link", `<${origin.url}/x?page=2>; rel="next"`, `<${OWN}/x?page=2>; rel="next"`],
    [
      "Link",
      `<//${origin.host}/x>; rel=next; anchor="${origin.url}/y"`,
      `<${OWN}/x>; rel=next; anchor="${OWN}/y"`,
    ],
    ["Content-Location", `${origin.url}/things/1`, `${OWN}/things/1`],
    ["Refresh", `5; url=${origin.url}/x`, `5; url=${OWN}/x`],
    ["Refresh", `0;URL='${origin.url}/x'`, `0;URL='${OWN}/x'`],
    ["Set-Cookie", "a=1; Domain=127.0.0.1; Path=/", "a=1; Domain=api.example; Path=/"],
  ])("in %s names the gateway: %s", async (name, value, seen) => {
    expect(await see(name, [value])).toEqual([seen]);
  });

  it("does so on every line", async () => {
    const links = [
      `<${origin.url}/a>; rel=prev`,
      "<https://other.example/>; rel=help",
      `<${origin.url}/b>; rel=next`,
    ];
    const seen = await see("Link", links);
    expect(seen.join(", ")).toBe(links.join(", ").replaceAll(origin.url, OWN));
    const cookies = ["a=1; HttpOnly", "b=2; domain=.127.0.0.1; Secure", "c=3; Domain=other.example"];
    expect(await see("Set-Cookie", cookies)).toEqual([
      cookies[0],
      "b=2; domain=api.example; Secure",
      cookies[2],
    ]);
  });
});

describe("what does not name the origin", () => {
  it.each([
    ["Link", '</a.css>; rel=preload, <https://other.example/>; title="<http://127.0.0.1/>"'],
    ["Content-Location", "/things/1"],
    ["Content-Location", "https://other.example/x"],
    ["Refresh", "5"],
    ["Refresh", "5; url=/x"],
    ["Set-Cookie", "Domain=127.0.0.1; Path=/x"],
    ["Set-Cookie", "a=1; Domain=other.example"],
    ["X-Link", `<${origin.url}/x>`],
  ])("in %s stays as it is: %s", async (name, value) => {
    expect(await see(name, [value])).toEqual([value]);
  });

  it("where the gateway is in the same domain", async () => {
    expect(await see("Set-Cookie", ["a=1; Domain=0.1"], ["", ""], { host: "0.1.0.1" })).toEqual([
      "a=1; Domain=0.1",
    ]);
  });
});

describe("paths that the client knows by another name", () => {
  const values: Fields = [
    ["Link", "</base/x>; rel=next"],
    ["Content-Location", "/base/x"],
    ["Refresh", "1; url=/base/x"],
    ["Set-Cookie", "a=1; Path=/base/x"],
  ];

  it.each(values)("%s loses the origin's base path", async (name, value) => {
    const seen = await see(name, [value], ["", "/base"], { to: based });
    expect(seen).toEqual([value.replace("/base", "")]);
  });

  it.each(values)("%s gets the route's prefix", async (name, value) => {
    expect(await see(name, [value], ["/api/base", "/base"])).toEqual([value.replace("/base", "/api/base")]);
  });

  it.each(values)("%s gets the prefix and loses the base path of a pool's member", async (name, value) => {
    const seen = await see(name, [value], ["/pool", "/base"], { at: member });
    expect(seen).toEqual([value.replace("/base", "/pool")]);
  });

  it("a member's own name is the gateway's", async () => {
    const link = `<${member.url}/base/x>, <${member.url}/y>, <${origin.url}/z>`;
    const seen = await see("Link", [link], ["/pool", "/base"], { at: member });
    expect(seen).toEqual([`<${OWN}/pool/x>, <${member.url}/y>, <${origin.url}/z>`]);
  });
});

describe("a stored answer", () => {
  it("names the gateway as its client does", async () => {
    origin.serve("/cached/names", { fields: [["Link", `<${origin.url}/x>; rel=next`]] });
    for (const host of [HOST, "other.example"]) {
      const replies = [];
      for (const _ of [1, 2])
        replies.push(await send(gateway, "/cached/names", { fields: [["Host", host]] }));
      expect(replies.map(isHit)).toEqual([false, true]);
      for (const reply of replies) expect(reply.field("Link")).toBe(`<http://${host}/x>; rel=next`);
    }
  });

  it("of what Content-Location names by the origin's name is changed with it", async () => {
    origin.serve("/cached/changed", { body: "x" });
    origin.serve("/change", { fields: [["Content-Location", `${origin.url}/cached/changed`]] });
    const ask = () => send(gateway, "/cached/changed");
    await ask();
    expect(isHit(await ask())).toBe(true);
    await send(gateway, "/change", { method: "POST", body: "x" });
    expect(isHit(await ask())).toBe(false);
  });
});
