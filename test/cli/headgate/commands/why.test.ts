// What `headgate why` makes of a log, however its lines were carried.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { run } from "../../../../src/cli/headgate/run.ts";

const folder = await mkdtemp(join(tmpdir(), "headgate-why-"));
afterAll(() => rm(folder, { recursive: true }));

const ID = "8f0123456789abcd-AMS";
const DENIED = {
  event: "denied",
  time: "2026-11-28T14:02:11.402Z",
  route: "GET /search",
  method: "GET",
  requestId: ID,
  status: 429,
  code: "quota-exceeded",
  consumer: "acme",
  policy: ["search", "daily"],
  key: ["f89f25c095535c48", "0123456789abcdef"],
  units: [1, 2],
  retryAfterMs: 10_349,
  counterMs: 2,
  ms: 3,
};
const OTHER = { ...DENIED, requestId: "8f0123456789abcd-FRA" };

const write = (lines: readonly unknown[]): string => lines.map((line) => JSON.stringify(line)).join("\n");

async function why(
  name: string,
  content: string | Uint8Array,
): Promise<{ code: number; out: string; err: string }> {
  const file = join(folder, name);
  await writeFile(file, content);
  let [out, err] = ["", ""];
  const code = await run(["why", ID, file], {
    variables: {},
    print: (text) => (out += text),
    complain: (text) => (err += text),
  });
  return { code, out, err };
}

it("says it in words", async () => {
  const { code, out } = await why("plain.log", `Listening\n${write([OTHER, DENIED])}\n`);
  expect(code).toBe(0);
  expect(out.split("\n")).toEqual([
    "2026-11-28T14:02:11.402Z  GET /search  was refused",
    "  status: 429",
    "  code: quota-exceeded",
    "  consumer: acme",
    "  policy: search, cost 1, key f89f25c095535c48",
    "  policy: daily, cost 2, key 0123456789abcdef",
    "  admitted after: 10349 ms",
    "  waited for counter objects: 2 ms",
    "  in all: 3 ms",
  ]);
});

it("shows every line of the request", async () => {
  const shadow = { ...DENIED, event: "shadow", status: undefined };
  const { out } = await why("two.log", write([shadow, DENIED]));
  expect(out).toContain("went on, though a shadow policy would have refused it\n");
  expect(out).toContain("was refused\n");
});

const tailed = { outcome: "ok", logs: [{ level: "log", message: [JSON.stringify(DENIED)] }] };

it.each([
  ["by wrangler tail, in one line", JSON.stringify(tailed)],
  ["by wrangler tail, over several lines", JSON.stringify(tailed, undefined, 4)],
  [
    "by Logpush",
    JSON.stringify({ ScriptName: "x", Logs: [{ Level: "log", Message: [JSON.stringify(DENIED)] }] }),
  ],
  ["by Splunk", JSON.stringify({ time: 1, event: DENIED })],
])("finds a line that was carried %s", async (_how, content) => {
  expect((await why("carried.log", content)).out).toContain("was refused\n");
});

it("reads gzipped files", async () => {
  expect((await why("old.log.gz", gzipSync(write([DENIED])))).out).toContain("was refused\n");
});

it("takes nothing of a log for a command to the terminal", async () => {
  const { out } = await why("hostile.log", write([{ ...DENIED, cause: "\u001B[2J" }]));
  expect(out).toContain(String.raw`\u001b[2J`);
});

it("says that there is no such line, and that there is no such file", async () => {
  const missing = await why("empty.log", write([OTHER]));
  expect([missing.code, missing.out]).toEqual([1, ""]);
  expect(missing.err).toContain(`No line of ${ID}`);
  expect((await why("broken.log.gz", "no gzip")).err).toContain("Cannot read");
});
