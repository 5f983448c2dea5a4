// `headgate simulate` over logs as they lie about: several files, gzipped, cut, out of order, with lines that are none.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { toSources } from "../../../../src/cli/simulate/find-logs.ts";
import { run } from "../../../../src/cli/headgate/run.ts";

const folder = await mkdtemp(join(tmpdir(), "headgate-simulate-"));
afterAll(() => rm(folder, { recursive: true }));

const START_MS = Date.UTC(2026, 10, 28, 9, 0, 0);
const MONTH = "Nov";

/** A line of the combined form, so many seconds after the start. */
function line(atSeconds: number, address: string, target = "/api/a", user = "-"): string {
  const [date = "", time = ""] = new Date(START_MS + atSeconds * 1_000).toISOString().split("T");
  const stamp = `${date.slice(8)}/${MONTH}/2026:${time.slice(0, 8)} +0000`;
  return `${address} - ${user} [${stamp}] "GET ${target} HTTP/1.1" 200 12 "-" "curl/8"`;
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

const toConfig = (limit: number): string =>
  JSON.stringify({
    origin: "http://127.0.0.1:9",
    policies: { client: { algorithm: "sliding-window-log", limit, window: "1m", key: "ip" } },
    routes: [{ path: "/api/*", policies: ["client"] }],
  });
const today = await write("today.json", toConfig(10));
const strict = await write("strict.json", toConfig(2));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function simulate(...argv: readonly string[]): Promise<Ended> {
  let [out, err] = ["", ""];
  const code = await run(["simulate", ...argv], {
    variables: {},
    print: (text) => (out += text),
    complain: (text) => (err += text),
  });
  return { code, out, err };
}

const json = ({ out }: Ended): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

it("says per policy what is denied, whom and since when", async () => {
  const log = await write("a.log", [0, 1, 2, 3].map((at) => line(at, "192.0.2.1")).join("\n"));
  const { code, out } = await simulate("--config", strict, log);
  expect(code).toBe(0);
  expect(out).toContain("4 requests, 2026-11-28T09:00:00Z to 2026-11-28T09:00:03Z");
  expect(out).toMatch(/client +2 +2 +0 +1 +1 +2026-11-28T09:00:02Z/);
  expect(out).toMatch(/ip=9:192\.0\.2\.1 +- +2 +2 +2026-11-28T09:00:02Z/);
  expect(out).toMatch(/most: 1$/m);
});

it("reads the logs of --log and those behind it, gzipped under any name, and none twice", async () => {
  const first = await write("unnamed", gzipSync([0, 2].map((at) => line(at, "192.0.2.1")).join("\n")));
  const second = await write("named.log", [1, 3].map((at) => line(at, "192.0.2.1")).join("\n"));
  for (const logs of [
    ["--log", first, "--log", second],
    ["--log", first, second],
  ]) {
    const said = json(await simulate("--config", strict, "--json", ...logs));
    expect(said).toMatchObject({ requests: 4, outcomes: { allowed: 2, denied: 2 } });
  }
  const twice = await simulate("--config", strict, "--log", first, second, first);
  expect(twice).toMatchObject({ code: 2, err: expect.stringContaining("was given twice") as string });
});

describe("a limit that follows a pool", () => {
  const toFollowing = (): Promise<string> =>
    write(
      "following.json",
      JSON.stringify({
        origin: "http://127.0.0.1:9",
        origins: { api: { members: ["http://127.0.0.1:9"], adapt: { mode: "enforce" } } },
        policies: {
          client: {
            algorithm: "sliding-window-log",
            limit: { base: 10, min: 2, follow: "api" },
            window: "1m",
            key: "ip",
          },
        },
        routes: [{ path: "/api/*", origin: "api", policies: ["client"] }],
      }),
    );
  const toLog = (): Promise<string> =>
    write("following.log", Array.from({ length: 12 }, (_, at) => line(at, "192.0.2.1")).join("\n"));

  it("is taken whole, which is said, or as the pool's share that is given", async () => {
    const [config, log] = [await toFollowing(), await toLog()];
    const whole = await simulate("--config", config, log);
    expect(whole.out).toMatch(/client +10 +2 /);
    expect(whole.out).toContain("client: follows the pool api, of which no log says how much it lets in");
    const half = await simulate("--config", config, "--share", "api=0.5", log);
    expect(half.out).toMatch(/client +5 +7 /);
    expect(half.out).toContain("taken to let in 0.5 of what comes");
    expect((await simulate("--config", config, "--share", "api=0", log)).out).toMatch(/client +2 +10 /);
  });

  it.each([
    ["apu=0.5", "names the pool apu, which no limit follows"],
    ["api=1.5", "must be from 0 to 1"],
    ["api=half", "must be from 0 to 1"],
  ])("refuses --share %s", async (share, message) => {
    const refused = await simulate("--config", await toFollowing(), "--share", share, await toLog());
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining(message) as string });
  });
});

it("waits for nobody at a terminal to type a log", () => {
  expect(toSources([], {})).toEqual(["-"]);
  expect(toSources(["a.log"], { isTTY: true })).toEqual(["a.log"]);
  expect(() => toSources([], { isTTY: true })).toThrow("needs a log");
});

it("reads several files in the order of time, gzipped ones and lines that came late", async () => {
  const first = await write("first.log.gz", gzipSync([2, 0].map((at) => line(at, "192.0.2.1")).join("\n")));
  const second = await write("second.log", [3, 1].map((at) => line(at, "192.0.2.1")).join("\r\n"));
  const said = json(await simulate("--config", strict, "--json", first, second));
  expect(said).toMatchObject({
    requests: 4,
    outcomes: { allowed: 2, denied: 2 },
    policies: [{ policy: "client", firstDeniedMs: START_MS + 2_000 }],
  });
});

it("survives what is no request, and says where it was", async () => {
  const bad = [
    "not a line",
    String.raw`192.0.2.1 - - [28/Nov/2026:09:00:00 +0000] "\x16\x03" 400 0 "-" "-"`,
    "",
  ];
  const whole = gzipSync(
    Array.from({ length: 5_000 }, (_, at) => line(at, `192.0.2.${at % 200}`)).join("\n"),
  );
  const log = await write(
    "bad.log",
    [line(0, "192.0.2.1"), ...bad, line(1, "192.0.2.1").slice(0, 50)].join("\n"),
  );
  const cut = await write("cut.log.gz", whole.subarray(0, whole.length / 2));
  const { code, out } = await simulate("--config", today, log, cut);
  expect(code).toBe(0);
  // Two, and what the cut left of a line.
  expect(out).toMatch(/lines in no known form: [23], first \S+bad\.log:2$/m);
  expect(out).toContain(`lines of connections that sent no HTTP: 1, first ${log}:3`);
  expect(out).toContain(`files that end in the middle: 1, first ${cut}:`);
});

it("compares with today's configuration, and ends with 1 where more are denied newly than may be", async () => {
  const log = await write(
    "changes.log",
    [0, 1, 2, 3, 70].map((at) => line(at, "192.0.2.1", "/api/a", "acme")).join("\n"),
  );
  const compared = ["--config", strict, "--against", today, log];
  const { code, out } = await simulate(...compared);
  expect(code).toBe(0);
  expect(out).toContain(
    "Against today's: 2 newly denied (40.000 %), first at 2026-11-28T09:00:02Z; 0 newly allowed",
  );
  expect(out).toMatch(/acme +2/);
  expect((await simulate("--max-newly-denied", "40%", ...compared)).code).toBe(0);
  const refused = await simulate("--max-newly-denied", "39.9%", ...compared);
  expect(refused).toMatchObject({
    code: 1,
    out: expect.stringMatching(/More than 39\.9% .*newly$/) as string,
  });
});

it("takes consumers' tiers from its options", async () => {
  const tiered = await write(
    "tiered.json",
    JSON.stringify({
      origin: "http://127.0.0.1:9",
      auth: { apiKeys: {} },
      policies: { plan: { algorithm: "sliding-window-log", limit: 1, window: "1m", key: "consumer" } },
      tiers: { pro: { plan: { limit: 3 } }, trial: { plan: { limit: 2 } } },
      routes: [{ path: "/*", policies: ["plan"], auth: "required" }],
    }),
  );
  const users = ["acme", "acme", "acme", "acme", "bob", "bob", "bob"];
  const log = await write("users.log", users.map((user, at) => line(at, "192.0.2.1", "/", user)).join("\n"));
  const outcomes = async (...options: readonly string[]): Promise<unknown> =>
    json(await simulate("--config", tiered, "--json", ...options, log))["outcomes"];
  expect(await outcomes()).toEqual({ allowed: 2, denied: 5 });
  expect(await outcomes("--tier", "acme=pro", "--default-tier", "trial")).toEqual({ allowed: 5, denied: 2 });
});

it("writes one page that asks nobody, in which a log's text is text", async () => {
  const log = await write(
    "page.log",
    [0, 1, 2].map((at) => line(at, "192.0.2.1", "/api/a", "<b>x</b>")).join("\n"),
  );
  const page = join(folder, "page.html");
  await simulate("--config", strict, "--html", page, log);
  const html = await readFile(page, "utf8");
  expect(html).toContain("3 requests, of which 1 would be denied");
  expect(html).toContain("&#60;b&#62;x&#60;/b&#62;");
  expect(html).not.toMatch(/<script|https?:|<b>/);
});

it.each([
  [["--config", "none.json", "x.log"], 1, "Cannot load none.json"],
  [["--config", strict, join(folder, "none.log")], 1, "Cannot read"],
  [["--max-newly-denied", "1%", "x.log"], 2, "needs --against"],
  [
    ["--max-newly-denied", "much", "--against", today, "x.log"],
    2,
    'must be a share such as 0.1%, received "much"',
  ],
])("says what is wrong with %j", async (argv, code, message) => {
  const ended = await simulate(...argv);
  expect(ended.code).toBe(code);
  expect(ended.err).toContain(message);
});
