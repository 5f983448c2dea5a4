// `npm start` and `npm run dev` as real processes: what they say when something is wrong, and what a change does.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { newFolder } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

const PROJECT_FOLDER = resolve(import.meta.dirname, "../../..");
const origin = await startOrigin();
afterAll(origin.close);
const folder = await newFolder();
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Started {
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

function start(program: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(process.execPath, [`src/cli/${program}.ts`, ...argv], {
    cwd: PROJECT_FOLDER,
    env: { ...process.env, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      output += text;
    });
  }
  return { output: () => output, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill();
  await ended;
}

const toConfig = (limit: unknown): object => ({
  origin: origin.url,
  policies: { all: { algorithm: "fixed-window", limit, window: "1h", key: "everyone" } },
  routes: [{ path: "/*", policies: ["all"] }],
});
const toSource = (limit: unknown): string => `export default ${JSON.stringify(toConfig(limit))};`;

/** As editors save: written beside, then renamed over it. */
async function save(path: string, limit: unknown): Promise<void> {
  await writeFile(`${path}.tmp`, toSource(limit));
  await rename(`${path}.tmp`, path);
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

const readUrl = (output: string): string | undefined => /listens on (http:\S+)/.exec(output)?.[1];

const readDashboard = (output: string): string | undefined => /Dashboard: (http:\S+)/.exec(output)?.[1];

/** Files that a start may leave, with this text in them. */
function findOnDisk(text: string): readonly string[] {
  const files = ["dist", ".wrangler"].flatMap((name) =>
    readdirSync(join(PROJECT_FOLDER, name), { recursive: true, withFileTypes: true }),
  );
  const paths = files.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return paths.filter((path) => readFileSync(path).includes(text));
}

describe("npm run dev", () => {
  it("serves anew after each save, and the last right configuration while one is wrong", async () => {
    const path = join(folder, "dev.config.ts");
    await save(path, 10);
    const dev = start("dev", ["--port", "0", "--config", path]);
    try {
      const url = await until("it listens", () => Promise.resolve(readUrl(dev.output())), 60_000);
      const readLimit = async (): Promise<string | null> => {
        // While it is served anew a connection may be cut.
        const answer = await fetch(url, { headers: { connection: "close" } }).catch(() => undefined);
        await answer?.text();
        return answer?.headers.get("x-ratelimit-limit") ?? null;
      };
      expect(await readLimit()).toBe("10");
      await save(path, 20);
      await until("the new limit", async () => (await readLimit()) === "20", 60_000);
      await save(path, "many");
      await until("the problem", () => Promise.resolve(dev.output().includes('received "many"')), 60_000);
      await until("the limit of before", async () => (await readLimit()) === "20");
      await save(path, 30);
      await until("the limit after that", async () => (await readLimit()) === "30", 60_000);
    } finally {
      await dev.stop();
    }
  }, 120_000);
});

describe("npm start and npm run dev", () => {
  it("say what was pushed and is active instead of the file, and that a change of the file ends it", async () => {
    const port = await findFreePort();
    const state = join(PROJECT_FOLDER, ".wrangler/state", String(port));
    afterAll(() => rm(state, { recursive: true, force: true }));
    await rm(state, { recursive: true, force: true });
    const path = join(folder, "pushed.config.ts");
    await save(path, 10);
    const argv = ["--port", String(port), "--config", path];
    // The variable makes wrangler read secrets from the environment, and not from a file of the checkout.
    const env = { ADMIN_TOKEN, CLOUDFLARE_INCLUDE_PROCESS_ENV: "true" };
    const listens = async (started: Started): Promise<void> => {
      await until("it listens", () => Promise.resolve(readUrl(started.output())), 60_000);
    };
    const first = start("start", argv, env);
    try {
      await listens(first);
      const config = toConfig(20);
      const put = await askAdmin({ url: `http://127.0.0.1:${port}` }, "PUT", "/config", {
        body: { config, reason: "more" },
        ifMatch: "*",
      });
      expect(put.status).toBe(200);
      expect(first.output()).not.toContain("version");
    } finally {
      await first.stop();
    }
    const dev = start("dev", argv, env);
    try {
      await listens(dev);
      const differs = `is, until the file changes or \`npx headgate config rollback 0\` ends it. It differs in\n  policies.all.limit: 10 in the file, 20 pushed\n`;
      await until("it says so", () => Promise.resolve(dev.output().includes(differs)));
      expect(dev.output()).toMatch(
        /pushed\.config\.ts is not active: configuration version 1, pushed \d+ s ago \(\d\d:\d\d:\d\d\) by ADMIN_TOKEN \(more\), is,/,
      );
      await save(path, 30);
      const ended =
        /has changed since configuration version 1, pushed .+, and is active instead\. `npx headgate config rollback 1` activates that again\./;
      await until("it says that the file is active", () => Promise.resolve(ended.test(dev.output())), 60_000);
    } finally {
      await dev.stop();
    }
  }, 120_000);
});

describe("npm start", () => {
  const run = async (argv: readonly string[]): Promise<{ readonly code: number; readonly said: string }> => {
    try {
      await promisify(execFile)(process.execPath, ["src/cli/start.ts", ...argv], { cwd: PROJECT_FOLDER });
      return { code: 0, said: "" };
    } catch (error) {
      const { code, stderr } = error as { readonly code: number; readonly stderr: string };
      return { code, said: stderr };
    }
  };

  it("says in one line that a port is taken, and how to take another", async () => {
    const path = join(folder, "start.config.ts");
    await save(path, 10);
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    const { port } = server.address() as AddressInfo;
    const { code, said } = await run(["--port", String(port), "--config", path]);
    server.close();
    expect([code, said]).toEqual([
      1,
      `Cannot start: port ${port} is taken. Take another one: npm start -- --port ${port + 1}\n`,
    ]);
  });

  it("says where the dashboard is, with a token for this run alone that is not on disk", async () => {
    const path = join(folder, "dashboard.config.ts");
    await save(path, 10);
    const seen = new Set<string>();
    for (const turn of [1, 2]) {
      const gateway = start("start", ["--port", "0", "--config", path]);
      try {
        const said = await until(`start ${turn}`, () => readDashboard(gateway.output()), 60_000);
        const [page, token] = said.split("#token=") as [string, string];
        expect(token).toMatch(/^[\w-]{32}$/);
        seen.add(token);
        expect(await (await fetch(page)).text()).toMatch(/^<!doctype html>/);
        const health = await fetch(page.replace(/ui$/, "health"), {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(await health.json()).toEqual({ status: "ok", access: "all" });
        expect(findOnDisk(token)).toEqual([]);
      } finally {
        await gateway.stop();
      }
    }
    expect(seen.size).toBe(2);
  }, 120_000);

  it("has no token and no dashboard where others than this machine reach it", async () => {
    const path = join(folder, "open.config.ts");
    await save(path, 10);
    const gateway = start("start", ["--port", "0", "--host", "0.0.0.0", "--config", path]);
    try {
      await until("what it says of it", () => gateway.output().includes("No dashboard"), 60_000);
      const url = readUrl(gateway.output()) ?? "";
      expect((await fetch(`${url}/__headgate/v1/ui`)).status).toBe(404);
    } finally {
      await gateway.stop();
    }
  }, 120_000);

  it("says of an unknown option which ones there are", async () => {
    const { code, said } = await run(["--prot", "1"]);
    expect(code).toBe(1);
    expect(said).toMatch(/^Cannot start: .*--prot[\s\S]+--port <number>/);
  });
});
