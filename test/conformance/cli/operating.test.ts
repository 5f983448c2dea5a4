// What an operator asks at night, over the command line: who uses what, by keys and by tokens, and what is changed of it.

import { beforeAll, describe, expect, it } from "vitest";
import { forge } from "../../../tools/fuzz/forge-token.ts";
import { ADMIN_TOKEN } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { createCalls, createProgram, type Ended } from "../support/command-line.ts";
import { startStand } from "../support/stand.ts";

const SECRET = "a shared secret of more than 32 bytes, for what is signed here";
const exact = { algorithm: "sliding-window", window: "1h", consistency: "exact" };

const { gateway } = await startStand(
  {
    auth: {
      issuers: [
        {
          issuer: "us",
          audience: "api",
          algorithms: ["HS256"],
          secret: "JWT_SECRET",
          claims: { tier: "plan" },
        },
      ],
    },
    policies: {
      plan: { ...exact, limit: 4, key: "consumer" },
      search: { ...exact, limit: 9, key: ["ip", "path"] },
      each: { ...exact, limit: 50, key: "api-key", onMissing: "skip" },
      subject: { ...exact, limit: 60, key: "jwt:sub", onMissing: "skip" },
    },
    tiers: { pro: { plan: { limit: 8 } } },
    routes: [
      { path: "/mine", auth: "required", policies: ["plan", "each", "subject"] },
      { path: "/*", policies: ["search"] },
    ],
  },
  { vars: { ADMIN_TOKEN, JWT_SECRET: SECRET } },
);
const headgate = createCalls(gateway);
const program = createProgram(gateway);
const claims = { iss: "us", aud: "api", exp: Math.ceil(Date.now() / 1_000) + 3_600, sub: "bob", plan: "pro" };
const token = forge({ alg: "HS256" }, claims, SECRET);
let key = "";

async function done(...argv: readonly string[]): Promise<string> {
  const ended = await headgate(argv);
  expect([ended.code, ended.err], argv.join(" ")).toEqual([0, ""]);
  return ended.out;
}

async function refused(...argv: readonly string[]): Promise<Ended> {
  const ended = await headgate(argv);
  expect([ended.code, ended.out], argv.join(" ")).toEqual([1, ""]);
  return ended;
}

async function use(text: string): Promise<number> {
  return (await send(gateway, "/mine", { fields: [["Authorization", `Bearer ${text}`]] })).status;
}

beforeAll(async () => {
  const made = JSON.parse(await done("keys", "create", "acme", "--json")) as { readonly key: string };
  ({ key } = made);
  for (let at = 0; at < 5; at += 1) await use(key);
  for (let at = 0; at < 8; at += 1) await use(token);
  for (let at = 0; at < 3; at += 1) await send(gateway, "/a", { ip: "192.0.2.1" });
});

describe("counters", () => {
  it("are shown where they have counted, refunded and reset", async () => {
    const shown = await done("counters", "show", "search", "192.0.2.1", "/a", "--cost", "7");
    expect(shown).toMatch(
      /^place +says +limit +window +used +left +again +all back\n\w+ +denied +9 +1h +3 +6 +in /,
    );
    expect(shown.trimEnd().split("\n").length).toBe(2);
    expect(await done("counters", "refund", "each", "k1", "--units", "3")).toMatch(
      / allowed +50 +1h +1 +49 /,
    );
    await done("counters", "reset", "search", "192.0.2.1", "/a");
    expect(await done("counters", "show", "search", "192.0.2.1", "/a")).toMatch(/ allowed +9 +1h +0 +9 /);
    expect((await refused("counters", "show", "serch", "192.0.2.1", "/a")).err).toContain(
      'policy: must name a policy, received "serch"; did you mean "search"?',
    );
    expect((await headgate(["counters", "refund", "each", "k1", "--units", "0"])).code).toBe(2);
  });
});

describe("consumer", () => {
  it("shows who has API keys: its keys, and every policy with what is used, left and when it is back", async () => {
    const shown = await done("consumer", "acme");
    expect(shown).toMatch(/^API keys\nid +consumer +tier +state +prefix[^\n]*\nk\d+ +acme +- +enabled +hg_/);
    expect(shown).toMatch(
      /\nplan +consumer acme +denied +4 +1h +4 +100 % +0 +in \d+ (?:min|s) \((?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\)/,
    );
    expect(shown).toMatch(/\neach +api-key k\d+ +allowed +50 +1h +1 +2 % +49 /);
    expect(shown).not.toMatch(/\d{13}|\{"/);
  });

  it("shows who has tokens alone, with the tier that they said", async () => {
    expect(await done("consumer", "bob")).toMatch(
      /\nplan +consumer bob +pro +denied +8 +1h +8 +100 % +0 +in /,
    );
    expect(await done("consumer", "nobody")).toContain("No API key has the consumer nobody");
  });
});

describe("overrides create --consumer", () => {
  it("finds the policy's key, and says what the consumer then has", async () => {
    const reason = ["--until", "1h", "--reason", "their launch"];
    const made = await done("overrides", "create", "plan", "--consumer", "bob", "--limit", "20", ...reason);
    expect(made).toMatch(/\nplan +consumer bob +pro +allowed +20 +1h +8 +40 % +12 [^\n]* o\d+\n$/);
    expect(await use(token)).toBe(200);
    const each = await done("overrides", "create", "each", "--consumer", "acme", "--limit", "60", ...reason);
    expect(each).toMatch(/\neach +api-key k\d+ +allowed +60 +1h /);
    const claim = await done(
      "overrides",
      "create",
      "subject",
      "--consumer",
      "bob",
      "--limit",
      "70",
      ...reason,
    );
    expect(claim).toContain("* bob");
    const other = ["overrides", "create", "search", "--consumer", "acme", "--limit", "60", ...reason];
    expect((await refused(...other)).err).toBe(
      "Policy search does not count by consumer but by ip, path: use --key\n",
    );
    const unknown = ["overrides", "create", "plna", "--consumer", "acme", "--limit", "60", ...reason];
    expect((await refused(...unknown)).err).toBe('There is no policy "plna": did you mean plan?\n');
  });
});

describe("what is there", () => {
  it("is updated: overrides, bans and access entries, with nothing else changed", async () => {
    const create = async (...argv: readonly string[]): Promise<string> => {
      const given = [...argv, "--until", "1h", "--reason", "first", "--json"];
      return (JSON.parse(await done(...given)) as { readonly id: string }).id;
    };
    const override = await create("overrides", "create", "plan", "--key", "zoe", "--limit", "5");
    const ban = await create("bans", "create", "203.0.113.9");
    const entry = await create("access", "create", "deny", "--cidr", "203.0.113.0/24");
    const update = async (...argv: readonly string[]): Promise<unknown> =>
      JSON.parse(await done(...argv, "--json"));
    expect(await update("overrides", "update", override, "--limit", "6")).toMatchObject({
      limit: 6,
      key: ["zoe"],
      reason: "first",
    });
    const ended = await update("bans", "update", ban, "--no-until", "--reason", "again");
    expect(ended).toMatchObject({ value: "203.0.113.9", reason: "again" });
    expect(ended).not.toHaveProperty("expiresAtMs");
    expect(await update("access", "update", entry, "--action", "allow")).toMatchObject({ action: "allow" });
    expect((await headgate(["bans", "update", ban])).err).toContain(
      "Nothing to change: headgate bans update --help",
    );
    expect((await refused("bans", "update", ban, "--until", "1d", "--revision", "1")).err).toContain(
      "[stale]",
    );
  });

  it("is found: keys by the beginning of their text or all of it, and by consumer", async () => {
    const found = [
      await done("keys", "find", key.slice(0, 7)),
      await done("keys", "find", key),
      await done("keys", "find", "--consumer", "acme"),
    ];
    for (const one of found) expect(one).toMatch(/^id [^\n]*\nk\d+ +acme [^\n]*\n$/);
    expect(await done("keys", "find", "hg_none")).toBe("(none)\n");
    expect((await headgate(["keys", "find"])).code).toBe(2);
    expect(gateway.logs().join("\n")).not.toContain(key.slice(12));
  });
});

describe("explain", () => {
  it("takes a key by its beginning, and a token from the standard input, and repeats neither", async () => {
    const url = "https://api.example/mine";
    const explained = await done("explain", url, "--key", key.slice(0, 11));
    expect(explained).toMatch(/^answer +429 quota-exceeded\ndenied by +plan\nagain +in /);
    const given = await done("explain", url, "--credential", key);
    expect(given).toMatch(/\nconsumer +acme\nAPI key +k\d+\n/);
    expect(explained + given).not.toContain(key.slice(12));
    const piped = await program(["explain", url, "--credential=-"], {}, token);
    expect([piped.code, piped.out]).toEqual([0, expect.stringMatching(/\nconsumer +bob\ntier +pro\n/)]);
    expect(piped.out).not.toContain(token);
  });
});

it("the program says its version", async () => {
  const { code, out } = await program(["--version"]);
  expect([code, out]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});
