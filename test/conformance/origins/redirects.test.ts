// Redirects are the client's to follow. A Location that names the origin names the gateway instead; any other stays.

import { afterAll, describe, expect, it } from "vitest";
import { send } from "../support/client.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { startStand } from "../support/stand.ts";

const { origin, gateway } = await startStand({ policies: {}, routes: [{ path: "/*" }] });
const based = await startGateway({
  config: toConfigSource({ origin: `${origin.url}/base`, policies: {}, routes: [{ path: "/*" }] }),
});
afterAll(based.close);

const HOST = "api.example:8080";

async function locate(
  path: string,
  location: string,
  to = gateway,
  status = 302,
): Promise<string | undefined> {
  origin.serve(path, { status, fields: [["Location", location]] });
  const asked = to === based ? path.replace(/^\/base/, "") : path;
  const reply = await send(to, asked, { fields: [["Host", HOST]] });
  expect(reply.status).toBe(status);
  return reply.field("Location");
}

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])("of status %i is passed on, not followed", async (status) => {
    const path = `/redirect/${status}`;
    origin.serve(path, { status, fields: [["Location", "/target"]], body: "moved" });
    const reply = await send(gateway, path, { method: "POST", body: "x" });
    expect([reply.status, reply.field("Location"), reply.text()]).toEqual([status, "/target", "moved"]);
    expect(origin.requests("/target")).toEqual([]);
  });

  it("without a Location passes", async () => {
    origin.serve("/nowhere", { status: 302 });
    expect((await send(gateway, "/nowhere")).status).toBe(302);
  });
});

describe("a Location that names the origin", () => {
  it.each(["/there", "/there?a=1&b=%2F#part", "/", "", "/caf%C3%A9"])(
    "names the gateway: %j",
    async (rest) => {
      const location = await locate("/absolute", `${origin.url}${rest}`);
      expect(new URL(location ?? "").href).toBe(new URL(`http://${HOST}${rest}`).href);
    },
  );

  it("names the gateway without a scheme too", async () => {
    const location = await locate("/schemeless", `//${origin.host}/there`);
    expect([`//${HOST}/there`, `http://${HOST}/there`]).toContain(location);
  });

  it("names the gateway in a 201 too", async () => {
    expect(await locate("/created", `${origin.url}/things/1`, gateway, 201)).toBe(`http://${HOST}/things/1`);
  });

  it("loses the origin's base path", async () => {
    expect(await locate("/base/absolute", `${origin.url}/base/there?x=1`, based)).toBe(
      `http://${HOST}/there?x=1`,
    );
    expect(await locate("/base/relative", "/base/there", based)).toBe("/there");
  });
});

describe("a Location that does not name the origin", () => {
  it.each([
    "https://other.example/x",
    "http://127.0.0.1/x",
    "//other.example/x",
    "/relative",
    "relative/to?x=1",
    "../up",
    "?query=1",
    "#fragment",
    "mailto:a@example.com",
    "http://[broken",
  ])("stays as it is: %s", async (location) => {
    expect(await locate("/elsewhere", location)).toBe(location);
  });

  it.each([".evil.example/x", "@evil.example/x", "0/x"])("is not mistaken for it: origin%s", async (rest) => {
    expect(await locate("/mistaken", `${origin.url}${rest}`)).toBe(`${origin.url}${rest}`);
  });
});
