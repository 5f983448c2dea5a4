// What the client gets when the origin does not answer, or answers with something that is not HTTP: a 502 or 504 as
// problem+json with a Proxy-Status (RFC 9209), never a stack trace, and the gateway goes on working.

import { Readable } from "node:stream";
import { connect, createServer, type AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { open, send, type Reply } from "../support/client.ts";
import { startGateway, toConfigSource, type Gateway } from "../support/gateway.ts";
import { startStand } from "../support/stand.ts";
import { lastMemberOf } from "../support/structured-fields.ts";

const { origin, gateway } = await startStand({
  policies: {},
  routes: [{ path: "/slow/*", timeout: "500ms" }, { path: "/*" }],
});

/** RFC 9209 section 2.3: what may be said of a 502, and of a 504. */
const ERRORS: Readonly<Record<number, readonly string[]>> = {
  502: [
    "dns_error",
    "destination_unavailable",
    "destination_ip_unroutable",
    "connection_refused",
    "connection_terminated",
    "http_protocol_error",
    "http_response_incomplete",
    "tls_protocol_error",
  ],
  504: ["dns_timeout", "connection_timeout", "connection_read_timeout", "http_response_timeout"],
};

function expectFailure(reply: Reply, status: number): void {
  expect(reply.status).toBe(status);
  expect(reply.field("Content-Type")).toMatch(/^application\/problem\+json/);
  expect(reply.field("Cache-Control")).toMatch(/no-store/);
  expect(reply.json()).toMatchObject({
    type: expect.any(String) as string,
    title: expect.any(String) as string,
    status,
    detail: expect.any(String) as string,
    code: expect.any(String) as string,
  });
  expect(reply.text()).not.toMatch(/\bat .+:\d+|\.ts\b|\.js\b|\bError:|127\.0\.0\.1/);
  const proxyStatus = lastMemberOf(reply, "Proxy-Status");
  expect(proxyStatus?.value).toBe("headgate");
  const error = proxyStatus?.parameters["error"];
  expect(ERRORS[status]).toContain(error);
}

async function startBefore(url: string): Promise<Gateway> {
  const started = await startGateway({
    config: toConfigSource({ origin: url, policies: {}, routes: [{ path: "/*" }] }),
  });
  afterAll(started.close);
  return started;
}

/** A port that nothing listens on, for it was just given back. */
async function findClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("an origin that is not there", () => {
  it("refusing the connection is a 502", async () => {
    const refused = await startBefore(`http://127.0.0.1:${await findClosedPort()}`);
    expectFailure(await send(refused, "/x"), 502);
    expectFailure(await send(refused, "/x", { method: "POST", body: "x".repeat(1_000_000) }), 502);
  });

  it("is said to have refused, and one that is there to have closed", async () => {
    const refused = await startBefore(`http://127.0.0.1:${await findClosedPort()}`);
    origin.serve("/there", { raw: "", ending: "reset" });
    const saysOf = async (asked: Promise<Reply>): Promise<unknown> => {
      const reply = await asked;
      return [reply.json()["code"], lastMemberOf(reply, "Proxy-Status")?.parameters["error"]];
    };
    for (const options of [
      {},
      { method: "POST", body: "pay" },
      { method: "POST", body: Readable.from(["a"]) },
    ]) {
      expect(await saysOf(send(refused, "/x", options))).toEqual(["origin-refused", "connection_refused"]);
      expect(await saysOf(send(gateway, "/there", options))).toEqual([
        "origin-closed",
        "connection_terminated",
      ]);
    }
    expect(origin.requests("/there")).toHaveLength(3);
  });

  it("without an address is a 502", async () => {
    // RFC 6761 section 6.4: the name never resolves.
    const nowhere = await startBefore("http://origin.invalid");
    expectFailure(await send(nowhere, "/x"), 502);
  });
});

describe("an origin that breaks off", () => {
  const broken: readonly (readonly [string, string, "close" | "reset"])[] = [
    ["closes without a word", "", "close"],
    ["resets", "", "reset"],
    ["closes in the middle of the head", "HTTP/1.1 200 OK\r\nContent-Ty", "close"],
    ["speaks no HTTP", "SSH-2.0-OpenSSH_9.9\r\n", "close"],
    ["sends a status that is none", "HTTP/1.1 banana Split\r\n\r\n", "close"],
    ["sends a field without a name", "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "close"],
  ];

  it.each(broken)("%s: 502", async (name, raw, ending) => {
    const path = `/broken/${broken.findIndex(([other]) => other === name)}`;
    origin.serve(path, { raw, ending });
    expectFailure(await send(gateway, path), 502);
  });

  it("in the middle of a body is seen by the client as cut, not as whole", async () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
    origin.serve("/cut/length", { raw: `${head}part`, ending: "close" });
    origin.serve("/cut/chunked", {
      raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n",
      ending: "close",
    });
    for (const path of ["/cut/length", "/cut/chunked"]) await expect(send(gateway, path)).rejects.toThrow();
  });

  it("is not asked a second time, for a POST may have done its work", async () => {
    origin.serve("/once", { raw: "", ending: "reset" });
    expectFailure(await send(gateway, "/once", { method: "POST", body: "pay" }), 502);
    expect(origin.requests("/once")).toHaveLength(1);
  });
});

async function* countSlowly(): AsyncGenerator<string> {
  for (let at = 0; at < 4; at += 1) {
    yield String(at);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

describe("an origin that is too slow", () => {
  it("to answer is a 504 after the route's timeout", async () => {
    origin.serve("/slow/silent", { raw: "", ending: "stall" });
    const reply = await send(gateway, "/slow/silent");
    expectFailure(reply, 504);
    expect(reply.answeredAtMs - reply.sentAtMs).toBeGreaterThanOrEqual(450);
    expect(reply.answeredAtMs - reply.sentAtMs).toBeLessThan(3_000);
  });

  it("to read the request is a 504 too", async () => {
    origin.serve("/slow/posted", { raw: "", ending: "stall" });
    expectFailure(await send(gateway, "/slow/posted", { method: "POST", body: "x".repeat(1_000) }), 504);
  });

  it("only in its body is not cut off by the timeout of its head", async () => {
    origin.serve("/slow/body", {
      body: countSlowly(),
    });
    expect((await send(gateway, "/slow/body")).text()).toBe("0123");
  });

  it("whose client goes first does not disturb the gateway", async () => {
    origin.serve("/left", { raw: "", ending: "stall" });
    const { port, hostname } = new URL(gateway.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write("GET /left HTTP/1.1\r\nHost: a.example\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
    expect((await send(gateway, "/after")).status).toBe(200);
  });
});

describe("after every failure", () => {
  it("the gateway serves on, and each failure left one line", async () => {
    const before = gateway.logs().length;
    origin.serve("/line", { raw: "", ending: "reset" });
    await send(gateway, "/line");
    const { status, stream } = await open(gateway, "/fine");
    stream.resume();
    expect(status).toBe(200);
    expect(
      gateway
        .logs()
        .slice(before)
        .map((line) => (JSON.parse(line) as { event: string }).event),
    ).toEqual(["failed"]);
  });
});
