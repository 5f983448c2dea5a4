// The command line without a gateway: what is typed wrongly is told with the right way, help comes from the table of
// commands, and a token goes nowhere that is not safe. Nothing here is sent.

import { describe, expect, test } from "vitest";
import { commands } from "../../../src/cli/headgate/commands.ts";
import { commonOptions } from "../../../src/cli/headgate/command.ts";
import { readGatewayAddress } from "../../../src/cli/headgate/gateway-address.ts";
import { Given } from "../../../src/cli/headgate/given.ts";
import { toUsage } from "../../../src/cli/headgate/help.ts";
import { parseArguments } from "../../../src/cli/headgate/parse-arguments.ts";
import { toSafeJson, toSafeText } from "../../../src/cli/headgate/print-safely.ts";
import { run } from "../../../src/cli/headgate/run.ts";

const TOKEN = "a-token-of-the-operator";

async function call(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await run(argv, {
    variables: { HEADGATE_TOKEN: TOKEN, HEADGATE_URL: "https://gateway.invalid" },
    print: (text) => (out += text),
    complain: (text) => (err += text),
  });
  expect(out + err).not.toContain(TOKEN);
  return { code, out, err };
}

describe("a command that is typed wrongly", () => {
  test.each([
    [["chek"], "did you mean check?"],
    [["key", "list"], "did you mean keys?"],
    [["keys", "lst"], "did you mean keys list?"],
    [["override"], "did you mean overrides?"],
    [["xyzzy"], "headgate --help lists them"],
    [["keys"], "keys create <consumer>"],
    [[], "Usage: headgate <command>"],
    [["keys", "create"], "needs <consumer>"],
    [["keys", "create", "a", "b"], "takes 1 argument, received 2"],
    [["purge", "url"], "needs <cached-url>"],
    [["keys", "list", "--limt=1"], "did you mean --limit?"],
    [["explain", "/", "-H", "a: b"], 'no option "-H" here: did you mean --header?'],
    [["keys", "list", "--tier", "pro"], 'no option "--tier" here'],
    [["keys", "list", "--limit"], "--limit needs a value"],
    [["keys", "list", "--limit", "--json"], "--limit needs a value"],
    [["keys", "list", "--limit=-1"], "--limit must be a whole number"],
    [["keys", "list", "--json=yes"], "--json takes no value"],
    [["keys", "list", "--limit=1", "--limit=2"], "--limit was given twice"],
    [["keys", "list", "--timeout", "soon"], "--timeout must be a duration"],
    [["keys", "list", "--__proto__=1"], 'no option "--__proto__" here'],
    [["keys", "show", "../config"], "is no id"],
    [["keys", "list", "--limit", "0"], "--limit must be a whole number from 1 on"],
    [["keys", "create", " acme"], "<consumer> must be 1 to 128 printable"],
    [["keys", "create", "acme", "--tier", "a b"], "--tier must be a name"],
    [["keys", "create", "acme", "--scope", "a b"], "--scope must be a scope"],
    [["keys", "rotate", "k1", "--overlap", "soon"], "--overlap must be a duration"],
    [["keys", "update", "k1", "--tier", "a b"], "--tier must be a name"],
    [["keys", "find", "--consumer", ""], "--consumer must be 1 to 128"],
    [["keys", "find", "hg_ü"], "<prefix> must be the visible beginning"],
    [["tokens", "create", "Alice", "--scope", "read"], "<name> must be a name of at most 64 lower-case"],
    [["tokens", "create", "alice", "--scope", "reed"], '--scope must be one of "read"'],
    [["explain", "notaurl"], "<request-url> must be an absolute URL"],
    [["explain", "https://"], "<request-url> must be a URL that can be asked for"],
    [["explain", "https://a.example", "--header", "a b: c"], "--header must be the name and the value"],
    [["explain", "/path"], "<request-url> must be an absolute URL"],
    [["explain", "https://a.example", "--method", "get"], "--method must be a method in upper case"],
    [["explain", "https://a.example", "--address", "nope"], "--address must be an address"],
    [["explain", "https://a.example", "--bot-score", "100"], "--bot-score must be a bot score"],
    [["explain", "https://a.example", "--ja4", "x"], "--ja4 must be a JA4 fingerprint"],
    [["explain", "https://a.example", "--consumer", "a", "--key", "k1"], "It must name one of consumer"],
    [["purge", "url", "nope"], "<cached-url> must be an absolute URL"],
    [["purge", "prefix", "/img/"], "<prefix-url> must be an absolute URL"],
    [["purge", "tag", "a b"], "<tag> must be a tag without spaces"],
    [["purge", "tag", ...Array.from({ length: 101 }, (_, at) => `t${at}`)], "must name 1 to 100 purges"],
    [["bans", "create", "1", "--by", "header:x", "--reason", "r"], "--by must be one part of a key"],
    [["bans", "create", "", "--reason", "r"], "<value> must be 1 to 256"],
    [["bans", "update", "b1", "--reason", ""], "--reason must be 1 to 500"],
    [["access", "create", "permit", "--cidr", "::/0", "--reason", "r"], '<action> must be one of "allow"'],
    [
      ["access", "create", "deny", "--cidr", "nope", "--reason", "r"],
      "--cidr must be an address or a network",
    ],
    [["access", "create", "deny", "--reason", "r"], "It must name exactly one of cidr"],
    [["access", "update", "a1", "--action", "permit"], '--action must be one of "allow"'],
    [["overrides", "create", "plan", "--reason", "r"], "It must change limit, burst or window"],
    [["overrides", "create", "a b", "--limit", "1", "--reason", "r"], "<policy> must be a name"],
    [["overrides", "create", "plan", "--window", "soon", "--reason", "r"], "--window must be a duration"],
    [
      ["overrides", "create", "plan", "--consumer", "acme", "--reason", "r"],
      "It must change limit, burst or window",
    ],
    [
      [
        "overrides",
        "create",
        "plan",
        "--consumer",
        "acme",
        "--limit",
        "1",
        "--until",
        "soon",
        "--reason",
        "r",
      ],
      "--until must be a time to come",
    ],
    [
      ["overrides", "create", "plan", "--consumer", "acme", "--key", "a", "--limit", "1", "--reason", "r"],
      "leave one of them out",
    ],
    [["overrides", "update", "o1", "--burst", "0"], "--burst must be a whole number"],
    [["requests", "grant", "r1", "--until", "soon"], "--until must be a time to come"],
    [["requests", "grant", "r1", "--until", "1d", "--limit", "much"], "--limit must be a whole number"],
    [["requests", "refuse", "r1", "--answer", ""], "--answer must be 1 to 500"],
    [["counters", "show", "a b", "acme"], "<policy> must be a name"],
    [["counters", "reset", "plan", "acme", "--continent", "XX"], '--continent must be one of "AF"'],
    [["counters", "refund", "plan", "acme", "--units", "0"], "--units must be a whole number from 1"],
    [["consumer", ""], "<consumer> must be 1 to 128"],
    [["top", "--limit", "101"], "--limit must be a whole number from 1 to 100"],
    [["top", "a b"], "<policy> must be a name"],
    [["suspects", "--limit", "0"], "--limit must be a whole number from 1 to 100"],
    [["denials", "--minutes", "1441"], "--minutes must be a whole number from 1 to 1440"],
    [["watch", "--for", "long"], "--for must be a duration"],
    [["audit", "--limit", "0"], "--limit must be a whole number from 1 on"],
    [["config", "history", "--limit", "0"], "--limit must be a whole number from 1 on"],
    [["config", "push", "--reason", ""], "--reason must be 1 to 500"],
    [["suggest", "--statistics", "access.log"], "no log, no --config"],
    [["completion", "ksh"], "there are bash, zsh, fish"],
    [["keys", "update", "k1"], "Nothing to change"],
    [["keys", "create", "a", "--until", "yesterday"], "--until must be a time to come"],
    [["keys", "create", "a", "--until", "2020-01-01"], "--until must be a time to come"],
    [["keys", "create", "a", "--until", "2999-02-31"], "--until must be a time to come"],
    [["keys", "create", "a", "--until", "2999-01-01T25:00Z"], "--until must be a time to come"],
    [["keys", "create", "a", "--idempotency-key", "\u{1f511}"], "--idempotency-key must be"],
    [["keys", "create", "a", "--metadata", "x"], "--metadata must be written as name=value"],
    [["bans", "create", "192.0.2.1"], "needs --reason"],
    [["config", "rollback", "-1"], 'no option "-1"'],
    [["config", "rollback", "one"], "The version must be a whole number"],
    [["health", "--url", "http://gateway.invalid"], "not sent to gateway.invalid without TLS"],
  ])("%j", async (argv, told) => {
    const { code, out, err } = await call(...argv);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(told);
  });

  test("does not repeat a secret that was given as an argument", async () => {
    for (const argv of [
      ["--token=s3cret"],
      ["--token", "s3cret"],
      ["--tokn=s3cret"],
      ["--url=http://a:s3cret@h"],
    ])
      for (const words of [["health"], ["keys", "list"]]) {
        const { code, err } = await call(...words, ...argv);
        expect(code).toBe(2);
        expect(err).not.toContain("s3cret");
      }
  });
});

describe("help", () => {
  test("of everything names every command, and the exit codes", async () => {
    for (const argv of [["--help"], ["-h"], ["help"]]) {
      const { code, out } = await call(...argv);
      expect(code).toBe(0);
      for (const command of commands) expect(out).toContain(`  ${toUsage(command)} `);
      for (const exit of [0, 1, 2, 3]) expect(out).toMatch(new RegExp(`^  ${exit}  `, "m"));
    }
  });

  test.each(commands)("of $name has its options and its examples", async (command) => {
    const { code, out } = await call(...command.name.split(" "), "--help");
    expect(code).toBe(0);
    for (const option of Object.keys({ ...command.options, ...commonOptions }))
      expect(out).toContain(`--${option}`);
    expect(command.examples.length).toBeGreaterThan(0);
    for (const example of command.examples) expect(out).toContain(`headgate ${example}`);
  });

  test.each(commands.flatMap(({ name, examples }) => examples.map((example) => [example, name] as const)))(
    "has an example that works: %s",
    (example, name) => {
      const argv = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, plain]) => quoted ?? plain ?? "",
      );
      expect(parseArguments(argv, commands).command?.name).toBe(name);
    },
  );
});

test("an option is the same kind in every command: the words are told apart before the command is known", () => {
  const kinds = new Map<string, boolean>();
  for (const { options = {} } of [...commands, { options: commonOptions }])
    for (const [name, { value }] of Object.entries(options)) {
      expect([name, kinds.get(name) ?? value !== undefined]).toEqual([name, value !== undefined]);
      kinds.set(name, value !== undefined);
    }
});

describe("the gateway's address", () => {
  const read = (url: string, token = TOKEN): string =>
    readGatewayAddress(url, { HEADGATE_TOKEN: token }).base;

  test.each([
    ["http://localhost:8787", "http://localhost:8787/__headgate/v1"],
    ["http://127.0.0.1/", "http://127.0.0.1/__headgate/v1"],
    ["http://127.9.9.9", "http://127.9.9.9/__headgate/v1"],
    ["http://[::1]:1", "http://[::1]:1/__headgate/v1"],
    ["https://api.example.com", "https://api.example.com/__headgate/v1"],
    ["https://api.example.com/ops/", "https://api.example.com/ops"],
  ])("%s is %s", (url, base) => {
    expect(read(url)).toBe(base);
  });

  test.each([
    "http://api.example.com",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "http://[::2]",
    "http://0.0.0.0",
    "ftp://localhost",
    "localhost:8787",
    "https://a:b@api.example.com",
    "https://api.example.com/?x=1",
    "",
  ])("is refused: %s", (url) => {
    expect(() => read(url)).toThrow(/^(?:--url|The token)/);
  });

  test.each(["", "two words", "line\nbreak", "\u00e4", "x".repeat(513)])(
    "with the token %j is none",
    (token) => {
      expect(() => read("https://api.example.com", token)).toThrow(/^HEADGATE_TOKEN/);
    },
  );
});

test.each([
  ["2026-12-04", Date.UTC(2026, 11, 4)],
  ["2026-12-04T18:00", Date.UTC(2026, 11, 4, 18)],
  ["2026-12-04T18:00:30Z", Date.UTC(2026, 11, 4, 18, 0, 30)],
  ["2026-12-04T18:00+02:00", Date.UTC(2026, 11, 4, 16)],
  ["7d", Date.UTC(2026, 10, 8)],
])("--until %s", (text, atMs) => {
  const given = new Given([], new Map([["until", [text]]]));
  expect(given.timeMs("until", Date.UTC(2026, 10, 1))).toBe(atMs);
});

describe("what is printed", () => {
  test("has no character that a terminal obeys", () => {
    const hostile = "\u001b[2J\r\n\u0007\u009b31m\u202eabc\u200b\u2028\ud800\u{e0001}";
    for (const text of [
      toSafeText(hostile),
      toSafeText({ a: hostile }),
      toSafeJson([hostile]).replaceAll("\n", ""),
    ])
      expect(text).toMatch(/^[ -~]*$/);
    expect(toSafeText(hostile)).toContain("\\u001b[2J\\u000d\\u000a\\u0007\\u009b31m\\u202eabc");
    expect(JSON.parse(toSafeJson([hostile]))).toEqual([hostile]);
  });
});
