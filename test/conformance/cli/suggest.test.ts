// `headgate suggest` over a day's log, and applied to a running gateway: as shadows, which refuse nobody. `headgate docs` beside
// what that gateway answers.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { createCalls } from "../support/command-line.ts";
import { startStand } from "../support/stand.ts";

const folder = await mkdtemp(join(tmpdir(), "headgate-suggest-"));
afterAll(() => rm(folder, { recursive: true }));

const config = {
  origins: { api: { members: ["http://127.0.0.1:9"], adapt: { mode: "enforce" } } },
  policies: {
    client: { algorithm: "sliding-window-log", limit: 1_000, window: "1m", key: "ip" },
    pressed: {
      algorithm: "token-bucket",
      limit: { base: 1_000, min: 2, follow: "api" },
      window: "1m",
      key: "ip",
    },
  },
  routes: [
    { path: "/api/*", policies: ["client", "pressed"] },
    { path: "/mine", auth: "required", policies: ["client"] },
    { path: "/*" },
  ],
};
const { origin, gateway } = await startStand(config, { vars: { ADMIN_TOKEN } });
const headgate = createCalls(gateway);
const configPath = join(folder, "headgate.json");
await writeFile(configPath, JSON.stringify({ origin: origin.url, ...config }));

const START_MS = Date.UTC(2026, 10, 27);

/** So many clients who ask twice at once, each hour of a day, and one of whom asks 300 times. */
async function writeLog(name: string, clients: number, hours = 25): Promise<string> {
  const lines: string[] = [];
  for (let hour = 0; hour < hours; hour += 1)
    for (let client = 0; client < clients; client += 1) {
      const count = client === 0 ? 300 : 2;
      const time = new Date(START_MS + hour * 3_600_000 + client * 1_000).toISOString();
      const line = JSON.stringify({
        time,
        method: "GET",
        uri: "/api/a",
        remote_addr: `10.0.0.${client}`,
        status: 200,
      });
      lines.push(...Array.from({ length: count }, () => line));
    }
  const file = join(folder, name);
  await writeFile(file, lines.join("\n"));
  return file;
}

describe("headgate suggest", () => {
  it("says what keys use, and what its limit would have denied of it", async () => {
    const log = await writeLog("day.log", 60);
    const said = await headgate(["suggest", "--config", configPath, log]);
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/client +- +1m +10450 +60 +2 +2 +300 +300 +5 +7375 of 1 keys/);
    expect(said.out).toContain("client: 1 keys use many times what all others do, and are left out");
  });

  it("suggests nothing from too little, and applies nothing", async () => {
    const log = await writeLog("few.log", 20);
    const said = await headgate(["suggest", "--config", configPath, "--apply", "--as", "shadow", log]);
    expect(said.out).toContain("too little known");
    expect(said.out).toContain("Nothing was applied.");
  });

  it("applies its limits as shadows alone", async () => {
    const log = await writeLog("again.log", 60);
    const refused = await headgate(["suggest", "--config", configPath, "--apply", "--as", "policy", log]);
    expect([refused.code, refused.err.includes("--as must be shadow")]).toEqual([2, true]);
    const said = await headgate(["suggest", "--config", configPath, "--apply", "--as", "shadow", log]);
    expect(said.out).toContain("Applied as shadows: client-suggested, pressed-suggested");
    const { config: active } = (await askAdmin(gateway, "GET", "/config")).json();
    expect(active).toMatchObject({
      policies: {
        client: { limit: 1_000 },
        "client-suggested": { limit: 5, mode: "shadow" },
        "pressed-suggested": { limit: { base: 5, min: 2, follow: "api" }, mode: "shadow" },
      },
      routes: [
        { policies: ["client", "pressed", "client-suggested", "pressed-suggested"] },
        { policies: ["client", "client-suggested"] },
        {},
      ],
    });
    for (let turn = 0; turn < 8; turn += 1) expect((await send(gateway, "/api/a")).status).toBe(200);
  });
});

interface Answer {
  readonly headers: object;
  readonly content: object;
}

describe("docs", () => {
  const api = join(folder, "api.json");
  const merge = ["docs", "--config", configPath, "--openapi", api, "--out", api];

  it("writes the limits into an OpenAPI file, twice as once, and the gateway refuses as they say", async () => {
    await writeFile(
      api,
      '{ "openapi": "3.1.0", "paths": { "/mine": { "get": { "responses": {} } }, "/{x}": {} } }',
    );
    const first = await headgate(merge);
    expect([first.code, first.out]).toEqual([0, `Wrote ${api}\n`]);
    const merged = await readFile(api, "utf8");
    await headgate(merge);
    expect(await readFile(api, "utf8")).toBe(merged);
    expect(merged).toContain("client: 1,000 per minute");
    const reply = await send(gateway, "/mine");
    const { responses } = (
      JSON.parse(merged) as { paths: { "/mine": { get: { responses: Record<string, Answer> } } } }
    ).paths["/mine"].get;
    const { headers, content } = responses[String(reply.status)] ?? { headers: {}, content: {} };
    expect(Object.keys(content)).toEqual([reply.field("Content-Type")]);
    expect(Object.keys(headers).map((name) => reply.field(name) === undefined)).toEqual([false]);
    const page = await headgate(["docs", "--config", configPath]);
    expect(page.out).toContain("| `client` | all | `ip` | 1,000 per minute |");
  });

  it("says what is wrong, and leaves the file as it was", async () => {
    await writeFile(api, '{ "swagger": "2.0" }');
    const wrong = await headgate(merge);
    expect([wrong.code, wrong.out, wrong.err]).toEqual([1, "", expect.stringContaining("OpenAPI 3")]);
    expect(await readFile(api, "utf8")).toBe('{ "swagger": "2.0" }');
    const nowhere = await headgate(["docs", "--config", configPath, "--out", join(folder, "no", "x.md")]);
    expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringContaining("Cannot write")]);
    const other = await headgate([...merge.slice(0, -1), "x.yaml"]);
    expect([other.code, other.err]).toEqual([2, expect.stringContaining("--out must end as --openapi does")]);
  });
});
