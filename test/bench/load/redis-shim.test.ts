// The shim over real HTTP, in front of a socket that answers as Redis does: what was sent to it is what it received.

import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAsked, startRedisShim } from "../../../bench/load/redis-shim.ts";

describe("parseAsked()", () => {
  test.each([
    ["/", '["SET","a",1]', { command: ["SET", "a", "1"] }],
    [
      "/pipeline",
      '[["GET","a"],["INCRBY","b",2]]',
      {
        pipeline: [
          ["GET", "a"],
          ["INCRBY", "b", "2"],
        ],
      },
    ],
    ["/pipeline", "[]", { pipeline: [] }],
  ])("POST %s %s", (path, body, asked) => {
    expect(parseAsked(path, body)).toEqual(asked);
  });

  test.each([
    ["/", "GET a"],
    ["/", "[]"],
    ["/", '{"command":"GET"}'],
    ["/", '["GET",["a"]]'],
    ["/", '["GET",null]'],
    ["/pipeline", '["GET","a"]'],
    ["/pipeline", '[["GET","a"],[]]'],
  ])("POST %s %s is no command", (path, body) => {
    expect(parseAsked(path, body)).toBeUndefined();
  });
});

describe("startRedisShim()", () => {
  test("answers a command, an error and a pipeline in order, and counts its requests", async () => {
    const socketPath = join(tmpdir(), `headgate-shim-${process.pid}.sock`);
    const redis = createServer((socket) => {
      socket.on("data", (chunk) => {
        // One reply a command: its own name, or an error.
        const names = [...chunk.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)].map(([, name = ""]) => name);
        const text = names.map((name) => (name === "NO" ? "-ERR no\r\n" : `+${name}\r\n`)).join("");
        // In two pieces, so far apart that they arrive one by one.
        socket.write(text.slice(0, 3));
        setTimeout(() => socket.write(text.slice(3)), 20);
      });
    });
    await new Promise<void>((resolve) => {
      redis.listen(socketPath, resolve);
    });
    const shim = await startRedisShim(socketPath);
    const post = async (path: string, body: unknown): Promise<unknown> => {
      const response = await fetch(shim.url + path, { method: "POST", body: JSON.stringify(body) });
      return [response.status, await response.json()];
    };
    try {
      expect(await post("/", ["PING"])).toEqual([200, { result: "PING" }]);
      expect(await post("/", ["NO"])).toEqual([400, { error: "ERR no" }]);
      expect(await post("/", "PING")).toEqual([400, { error: "ERR not a command" }]);
      expect(await post("/pipeline", [["A"], ["NO"], ["B"]])).toEqual([
        200,
        [{ result: "A" }, { error: "ERR no" }, { result: "B" }],
      ]);
      expect(shim.readCalls()).toBe(4);
    } finally {
      shim.close();
      redis.close();
      await rm(socketPath, { force: true });
    }
  });
});
