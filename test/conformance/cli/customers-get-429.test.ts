// docs/guides/customers-get-429.md, in real processes: its three commands find who is limited, raise it and show that it
// works, within a minute, for a customer with an API key and for one with a token.

import { expect, it } from "vitest";
import { forge } from "../../../tools/fuzz/forge-token.ts";
import { readCodeBlocks, readText } from "../../project/markdown.ts";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { createProgram } from "../support/command-line.ts";
import { startStand } from "../support/stand.ts";
import { until, untilTime } from "../support/until.ts";

const SECRET = "a shared secret of more than 32 bytes, for what is signed here";
/** What the guide promises. */
const COMMANDS_MAX = 3;
const MS_MAX = 60_000;
const STATISTICS_MS = 60_000;

const { gateway } = await startStand(
  {
    auth: { issuers: [{ issuer: "us", audience: "api", algorithms: ["HS256"], secret: "JWT_SECRET" }] },
    policies: {
      plan: { algorithm: "sliding-window", limit: 5, window: "1h", key: "consumer" },
      client: { algorithm: "sliding-window", limit: 1_000, window: "1h", key: "ip" },
    },
    routes: [{ path: "/*", auth: "required", policies: ["plan", "client"] }],
  },
  { vars: { ADMIN_TOKEN, JWT_SECRET: SECRET } },
);
const program = createProgram(gateway);

/** The commands of the guide's first three parts, each as its words. */
const commands = readCodeBlocks(readText("docs/guides/customers-get-429.md"))
  .filter(({ language }) => language === "sh")
  .slice(0, COMMANDS_MAX)
  .map(({ text }) =>
    [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ""),
  );

const use = async (text: string): Promise<number> =>
  (await send(gateway, "/orders", { fields: [["Authorization", `Bearer ${text}`]] })).status;

async function newCredential(kind: string, consumer: string): Promise<string> {
  if (kind === "a token") {
    const exp = Math.ceil(Date.now() / 1_000) + 3_600;
    return forge({ alg: "HS256" }, { iss: "us", aud: "api", exp, sub: consumer }, SECRET);
  }
  const made = await expectStatus(201, askAdmin(gateway, "POST", "/keys", { body: { consumer } }));
  return String(made["key"]);
}

/** Whether the statistics have heard of it: isolates report with requests, and nobody asks for more than a look a second. */
async function isKnown(credential: string, consumer: string): Promise<boolean> {
  await untilTime(Date.now() + 1_000);
  await use(credential);
  const stats = await askAdmin(gateway, "GET", "/stats?minutes=60&watch=1");
  return stats.text().includes(`"${consumer}"`);
}

it.each([
  ["an API key", "acme"],
  ["a token", "bob"],
])(
  "finds, raises and shows a customer with %s in three commands",
  { timeout: 3 * MS_MAX },
  async (kind, consumer) => {
    const credential = await newCredential(kind, consumer);
    for (let at = 0; at < 8; at += 1) await use(credential);
    expect(await use(credential)).toBe(429);
    await until("the statistics know it", async () => isKnown(credential, consumer), STATISTICS_MS);

    const startedMs = Date.now();
    const said: string[] = [];
    for (const [npx, name, ...argv] of commands) {
      expect([npx, name]).toEqual(["npx", "headgate"]);
      const ended = await program(argv.map((word) => (word === "acme" ? consumer : word)));
      expect([ended.code, ended.err], argv.join(" ")).toEqual([0, ""]);
      said.push(ended.out);
    }
    const tookMs = Date.now() - startedMs;

    const row = `plan +consumer ${consumer} +`;
    expect(said[0]).toMatch(
      new RegExp(`\\n${row}denied +5 +1h +5 +100 % +0 +in \\d+ min \\([^)]+\\) +\\d+ +\\d+ (?:s|min) ago`),
    );
    expect(said[1]).toMatch(new RegExp(`\\n${row}allowed +5000 +1h +5 +0 % +4995 `));
    expect(said[2]).toMatch(new RegExp(`\\n${row}allowed +5000 [^\\n]* o\\d+\\n`));
    expect(await use(credential)).toBe(200);
    const misspelt = await program(["consumer", `${consumer}x`]);
    expect(misspelt.out).toContain(`it has used nothing: did you mean ${consumer}?`);
    // What it used may come back: who was denied of late is known all the same.
    const [override = ""] = /\bo\d+\b/.exec(said[1] ?? "") ?? [];
    await program(["overrides", "delete", override]);
    await program(["counters", "reset", "plan", consumer]);
    expect((await program(["consumer", consumer])).out).not.toContain("used nothing");
    expect([commands.length, tookMs < MS_MAX]).toEqual([COMMANDS_MAX, true]);
  },
);
