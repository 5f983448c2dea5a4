// Which fields go on to the origin and back to the client, and which end at the gateway (RFC 9110 section 7.6).

import { describe, expect, it } from "vitest";
import { newAddress, send, sendBytes } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startStand } from "../support/stand.ts";
import { lastMemberOf } from "../support/structured-fields.ts";

const { origin, gateway } = await startStand({
  name: "gate-one",
  policies: {},
  routes: [{ path: "/*" }],
});

// Node shows each byte of a field as one character.
const UTF8_CAFE = Buffer.from("caf\u00e9").toString("latin1");

/** What arrived at the origin of a request with these fields. */
async function forward(path: string, fields: Fields): Promise<(name: string) => string[]> {
  expect((await send(gateway, path, { ip: "192.0.2.7", fields })).status).toBe(200);
  const [request] = origin.requests(path);
  if (request === undefined) throw new Error(`${path} did not reach the origin`);
  return request.lines;
}

describe("to the origin", () => {
  it("fields that are the client's own arrive as they were", async () => {
    const lines = await forward("/own", [
      ["Accept", "text/html;q=0.5, */*;q=0.1"],
      ["Authorization", "Basic dTpw"],
      ["Cookie", "a=1; b=2"],
      ["User-Agent", "test/1"],
      ["X-Custom", "one, two"],
      ["X-Accent", UTF8_CAFE],
    ]);
    expect(lines("Accept")).toEqual(["text/html;q=0.5, */*;q=0.1"]);
    expect(lines("Authorization")).toEqual(["Basic dTpw"]);
    expect(lines("Cookie")).toEqual(["a=1; b=2"]);
    expect(lines("User-Agent")).toEqual(["test/1"]);
    expect(lines("X-Custom")).toEqual(["one, two"]);
    expect(lines("X-Accent")).toEqual([UTF8_CAFE]);
  });

  it("a field may be called what JavaScript's objects have of their own", async () => {
    const lines = await forward("/own-names", [
      ["__proto__", "one"],
      ["constructor", "two"],
      ["7", "three"],
    ]);
    expect(lines("__proto__")).toEqual(["one"]);
    expect(lines("constructor")).toEqual(["two"]);
    expect(lines("7")).toEqual(["three"]);
  });

  it("two lines of one name arrive as the one value that keys count by", async () => {
    const lines = await forward("/two-lines", [
      ["X-Api-Key", "one"],
      ["X-Api-Key", "two"],
      ["Cookie", "session=one"],
      ["Cookie", "session=two"],
    ]);
    expect(lines("X-Api-Key")).toEqual(["one, two"]);
    expect(lines("Cookie")).toHaveLength(1);
  });

  it("Host is the origin's", async () => {
    expect((await forward("/host", [["Host", "client.example"]]))("Host")).toEqual([origin.host]);
  });

  it.each<readonly [string, string]>([
    ["Proxy-Authorization", "Basic dTpw"],
    ["Proxy-Connection", "keep-alive"],
    ["Keep-Alive", "timeout=5"],
    ["TE", "trailers"],
    ["Expect", "x-something"],
    ["X-Original-URL", "/admin"],
    ["X-Rewrite-URL", "/admin"],
    ["X-HTTP-Method-Override", "DELETE"],
    ["X-HTTP-Method", "DELETE"],
    ["X-Method-Override", "DELETE"],
    ["Forwarded", "for=192.0.2.1;host=evil.example"],
    ["X-Forwarded-Port", "1234"],
    ["X-Forwarded-Prefix", "/evil"],
    ["X-Forwarded-Server", "evil"],
    ["X-Forwarded-Scheme", "gopher"],
  ])("%s is dropped", async (name, value) => {
    expect((await forward(`/dropped/${name}`, [[name, value]]))(name)).toEqual([]);
  });

  it("Expect: 100-continue does not keep a body from arriving", async () => {
    const reply = await send(gateway, "/expect", {
      method: "POST",
      body: "body",
      fields: [["Expect", "100-continue"]],
    });
    expect(reply.status).toBe(200);
    expect(origin.requests("/expect")[0]?.body().toString()).toBe("body");
    expect(origin.requests("/expect")[0]?.lines("Expect")).toEqual([]);
  });

  it("a trailer that the client announces and sends does no harm", async () => {
    const head = "POST /trailer HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nTrailer: X-Sum\r\n";
    const body = "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n";
    expect((await sendBytes(gateway, head + body)).status).toBe(200);
    const [request] = origin.requests("/trailer");
    expect([request?.body().toString(), request?.lines("Trailer"), request?.lines("X-Sum")]).toEqual([
      "hello",
      [],
      [],
    ]);
  });

  it("what Connection names is dropped with it", async () => {
    const lines = await forward("/connection", [
      ["Connection", "close, X-Secret , x-other"],
      ["X-Secret", "1"],
      ["X-Other", "2"],
      ["X-Third", "3"],
    ]);
    expect([lines("X-Secret"), lines("X-Other"), lines("X-Third")]).toEqual([[], [], ["3"]]);
    expect(lines("Connection").join()).not.toMatch(/secret|other/i);
  });

  it("Connection cannot name away what the gateway itself sends or counts by", async () => {
    const lines = await forward("/connection-abuse", [
      [
        "Connection",
        "close, Via, X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto, Host, CF-Connecting-IP",
      ],
    ]);
    expect(lines("X-Forwarded-For")).toEqual(["192.0.2.7"]);
    expect(lines("X-Forwarded-Host")).toHaveLength(1);
    expect(lines("Via")).toHaveLength(1);
    expect(lines("Host")).toEqual([origin.host]);
  });

  it("X-Forwarded-For, -Proto and -Host are the gateway's word, not the client's", async () => {
    const lines = await forward("/forwarded", [
      ["Host", "api.example:8080"],
      ["X-Forwarded-For", "203.0.113.9"],
      ["X-Forwarded-For", "203.0.113.10"],
      ["X-Forwarded-Host", "evil.example"],
    ]);
    expect(lines("X-Forwarded-For")).toEqual(["192.0.2.7"]);
    expect(lines("X-Forwarded-Host")).toEqual(["api.example:8080"]);
    expect(lines("X-Forwarded-Proto")).toEqual(["http"]);
  });

  it("Via is added after those that are there", async () => {
    expect((await forward("/via", []))("Via").join()).toMatch(/^1\.1 gate-one/);
    expect(
      (await forward("/via-more", [["Via", "1.0 fred, 1.1 other (comment, with comma)"]]))("Via").join(", "),
    ).toMatch(/^1\.0 fred, 1\.1 other \(comment, with comma\), 1\.1 gate-one/);
  });
});

describe("a loop", () => {
  it.each([
    "1.1 gate-one",
    "1.0 fred, 1.1 gate-one (Headgate), 1.1 other",
    "HTTP/1.1 GATE-ONE",
    "1.1 a,1.1 gate-one",
  ])("is known by the own name in Via: %s", async (via) => {
    const reply = await send(gateway, "/loop", { fields: [["Via", via]] });
    expect(reply.status).toBe(508);
    expect(reply.field("Content-Type")).toMatch(/^application\/problem\+json/);
    expect(lastMemberOf(reply, "Proxy-Status")).toMatchObject({
      value: "gate-one",
      parameters: { error: "proxy_loop_detected" },
    });
    expect(origin.requests("/loop")).toEqual([]);
  });

  it.each(["1.1 gate-one-more", "1.1 not-gate-one", "1.1 other (gate-one)", "1.1 other (via 1.1 gate-one)"])(
    "is not seen in another's name: %s",
    async (via) => {
      expect((await send(gateway, "/no-loop", { fields: [["Via", via]] })).status).toBe(200);
    },
  );

  it("through the gateway itself ends with one 508", async () => {
    origin.serve("/self", async (request) => {
      const again = await send(gateway, "/self", { fields: [["Via", request.field("Via") ?? ""]] });
      return { status: again.status };
    });
    expect((await send(gateway, "/self")).status).toBe(508);
    expect(origin.requests("/self")).toHaveLength(1);
  });
});

describe("to the client", () => {
  it("the origin's fields arrive as they were, several Set-Cookie each on a line of its own", async () => {
    const fields: Fields = [
      ["Set-Cookie", "a=1; Path=/; Expires=Wed, 21 Oct 2065 07:28:00 GMT"],
      ["Set-Cookie", "b=2; HttpOnly"],
      ["Set-Cookie", "c=3"],
      ["X-Custom", "one, two"],
      ["Content-Type", "text/html; charset=utf-8"],
      ["ETag", 'W/"x"'],
      ["Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT"],
      ["Link", "</a.css>; rel=preload"],
      ["WWW-Authenticate", 'Basic realm="x"'],
      ["Strict-Transport-Security", "max-age=1"],
      ["Allow", "GET"],
    ];
    origin.serve("/answer", { fields });
    const reply = await send(gateway, "/answer");
    const names = [...new Set(fields.map(([name]) => name))];
    for (const name of names) {
      const sent = fields.filter(([field]) => field === name).map(([, value]) => value);
      expect([name, reply.lines(name)]).toEqual([name, sent]);
    }
  });

  it("hop-by-hop fields, and what Connection names, end at the gateway", async () => {
    const body = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n";
    const hops =
      "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=77\r\nProxy-Connection: keep-alive\r\n" +
      'Proxy-Authenticate: Basic realm="x"\r\nProxy-Authentication-Info: x\r\nUpgrade: h2c\r\nX-Kept: 2\r\n';
    origin.serve("/hops", { raw: `${body}${hops}\r\nok`, ending: "close" });
    const reply = await send(gateway, "/hops");
    expect([reply.status, reply.text(), reply.field("X-Kept")]).toEqual([200, "ok", "2"]);
    const dropped = [
      "X-Hop",
      "Proxy-Connection",
      "Proxy-Authenticate",
      "Proxy-Authentication-Info",
      "Upgrade",
    ];
    for (const name of dropped) expect([name, reply.lines(name)]).toEqual([name, []]);
    expect(reply.field("Keep-Alive") ?? "").not.toContain("77");
    expect(reply.field("Connection") ?? "").not.toContain("X-Hop");
  });

  it("trailers that the origin announces or sends do no harm", async () => {
    const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n";
    origin.serve("/trailers", { raw: `${head}5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n`, ending: "close" });
    const reply = await send(gateway, "/trailers");
    expect([reply.status, reply.text(), reply.lines("Trailer")]).toEqual([200, "hello", []]);
  });

  it("the client's address goes to the origin whatever it claims", async () => {
    const ip = newAddress();
    await send(gateway, "/address", { ip, fields: [["X-Forwarded-For", "1.2.3.4"]] });
    expect(origin.requests("/address")[0]?.lines("X-Forwarded-For")).toEqual([ip]);
  });
});
