// Logs as they are found: cut, out of order, from other zones, with a wrong clock, without an end. What is wrong is said,
// and what is right counts.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { LogTally, readLogs } from "../../../src/cli/simulate/read-logs.ts";
import type { LoggedRequest } from "../../../src/core/simulation/logged-request.ts";

const folder = await mkdtemp(join(tmpdir(), "headgate-logs-"));
afterAll(() => rm(folder, { recursive: true }));

const START_MS = Date.UTC(2026, 10, 20, 12);
const toTime = (ms: number): string => new Date(START_MS + ms).toISOString();
const toLine = (ms: number, uri: string): string =>
  JSON.stringify({ time: toTime(ms), method: "GET", uri, remote_addr: "192.0.2.1", status: 200 });
const toCommon = (time: string, path: string): string =>
  `192.0.2.1 - - [${time}] "GET ${path} HTTP/1.1" 200 1 "-" "curl"`;

async function read(
  ...logs: readonly { readonly name: string; readonly data: string | Uint8Array }[]
): Promise<{ requests: readonly LoggedRequest[]; tally: LogTally; problems: readonly string[] }> {
  const files: string[] = [];
  for (const { name, data } of logs) {
    files.push(join(folder, name));
    await writeFile(join(folder, name), data);
  }
  const tally = new LogTally();
  const requests: LoggedRequest[] = [];
  for await (const batch of readLogs(files, tally)) requests.push(...batch);
  const problems = [...tally.problems].map(([problem, { count }]) => `${problem} ${count}`);
  return { requests, tally, problems };
}

const toTargets = (requests: readonly LoggedRequest[]): readonly (string | undefined)[] =>
  requests.map(({ target }) => target);

describe("readLogs()", () => {
  it("says where a gzipped log was cut, and takes what stands before", async () => {
    const lines = Array.from({ length: 4_000 }, (_, at) => toLine(at, `/${Math.sin(at)}`));
    const whole = gzipSync(lines.join("\n"));
    const { requests, problems } = await read({
      name: "cut.gz",
      data: whole.subarray(0, Math.floor(whole.length / 2)),
    });
    expect(requests.length).toBeGreaterThan(500);
    expect(requests.length).toBeLessThan(4_000);
    expect(problems).toContain("cut 1");
  });

  it("says of a line that was cut in its middle that it is unreadable, and reads on", async () => {
    const cut = toLine(1, "/b").slice(0, 30);
    const { requests, problems } = await read({
      name: "middle.log",
      data: [toLine(0, "/a"), cut, toLine(2, "/c"), "192.0.2.1 - - [20/Nov/2026:12:00:0"].join("\r\n"),
    });
    expect(toTargets(requests)).toEqual(["/a", "/c"]);
    expect(problems).toEqual(["unreadable 2"]);
  });

  it("puts lines in order that stand up to a minute too late, over all files", async () => {
    const { requests, problems } = await read(
      { name: "1.log", data: [toLine(30_000, "/3"), toLine(0, "/1"), toLine(70_000, "/5")].join("\n") },
      { name: "2.log", data: [toLine(40_000, "/4"), toLine(10_000, "/2")].join("\n") },
    );
    expect(toTargets(requests)).toEqual(["/1", "/2", "/3", "/4", "/5"]);
    expect(problems).toEqual([]);
  });

  it("says how many lines stand later than that, and loses none", async () => {
    // Long enough to be read in several pieces.
    const filler = Array.from({ length: 4_000 }, (_, at) => toLine(at * 100, "/x"));
    const { requests, problems } = await read({
      name: "late.log",
      data: [...filler, toLine(5, "/late")].join("\n"),
    });
    expect(requests).toHaveLength(4_001);
    expect(problems).toEqual(["late 1"]);
  });

  it("takes one instant in every zone for the same", async () => {
    const { requests } = await read({
      name: "zones.log",
      data: [
        toCommon("20/Nov/2026:12:00:00 +0000", "/utc"),
        toCommon("20/Nov/2026:07:00:00 -0500", "/new-york"),
        toCommon("20/Nov/2026:17:30:00 +0530", "/delhi"),
      ].join("\n"),
    });
    expect(requests.map(({ atMs }) => atMs)).toEqual([START_MS, START_MS, START_MS]);
  });

  it("leaves out a line of the future: one wrong clock must not make all others late", async () => {
    const data = [toLine(0, "/a"), toLine(80 * 365 * 86_400_000, "/2106"), toLine(1, "/b")].join("\n");
    const { requests, problems } = await read({ name: "future.log", data });
    expect(toTargets(requests)).toEqual(["/a", "/b"]);
    expect(problems).toEqual(["future 1"]);
  });

  it("holds no line without an end in memory", async () => {
    const endless = "x".repeat(1_000_000);
    const { requests, tally, problems } = await read({
      name: "endless.log",
      data: `${toLine(0, "/a")}\n${endless}\n${toLine(1, "/b")}`,
    });
    expect(toTargets(requests)).toEqual(["/a", "/b"]);
    expect(tally.lines).toBe(3);
    expect(problems).toEqual(["unreadable 1"]);
  });
});
