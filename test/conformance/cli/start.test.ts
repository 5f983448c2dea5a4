// `npm start` as a real process: what it says when something is wrong, and when its file is not what is active.

import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { copyCheckout, PROJECT_FOLDER, startCommand } from "../support/command.ts";
import { newFolder } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

const origin = await startOrigin();
afterAll(origin.close);
const folder = await newFolder();
afterAll(() => rm(folder, { recursive: true, force: true }));

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

const readDashboard = (output: string): string | undefined => /Dashboard: (http:\S+)/.exec(output)?.[1];

/** Files that a start in this folder may leave, with this text in them. */
function findOnDisk(root: string, text: string): readonly string[] {
  const files = ["dist", ".wrangler"].flatMap((name) =>
    readdirSync(join(root, name), { recursive: true, withFileTypes: true }),
  );
  const paths = files.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return paths.filter((path) => readFileSync(path).includes(text));
}

describe("npm start and npm run dev", () => {
  it("say what was pushed and is active instead of the file, and that a change of the file ends it", async () => {
    const checkout = await copyCheckout();
    afterAll(checkout.remove);
    const path = join(checkout.folder, "pushed.config.ts");
    await save(path, 10);
    await writeFile(join(checkout.folder, ".dev.vars"), `ADMIN_TOKEN=${ADMIN_TOKEN}\n`);
    const argv = ["--port", "0", "--config", "pushed.config.ts"];
    const first = startCommand("start", argv, checkout);
    try {
      const put = await askAdmin({ url: await first.url() }, "PUT", "/config", {
        body: { config: toConfig(20), reason: "more" },
        ifMatch: "*",
      });
      expect(put.status).toBe(200);
      expect(first.output()).not.toContain("version");
      expect(first.output().split(".dev.vars").length - 1).toBe(1);
      const headgate = (url: string): Promise<{ readonly stdout: string }> =>
        promisify(execFile)(process.execPath, ["src/cli/headgate-bin.js", "health", "--url", url], {
          cwd: checkout.folder,
        });
      // The token in .dev.vars opens the gateway on this machine, and goes to no other.
      expect((await headgate(await first.url())).stdout).toContain(
        "scopes  read, keys, limits, config, purge\n",
      );
      await expect(headgate("https://api.example.com")).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining("HEADGATE_TOKEN is not set"),
      });
    } finally {
      await first.stop();
    }
    const dev = startCommand("dev", argv, checkout);
    try {
      await dev.url();
      const differs = `is, until the file changes or \`npx headgate config rollback 0\` ends it. It differs in\n  policies.all.limit: 10 in the file, 20 pushed\n`;
      await until("it says so", () => Promise.resolve(dev.output().includes(differs)));
      expect(dev.output()).toMatch(
        /^pushed\.config\.ts is not active: configuration version 1, pushed \d+ s ago \((?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\) by ADMIN_TOKEN \(more\), is,/m,
      );
      await save(path, 30);
      const ended =
        /^pushed\.config\.ts has changed since configuration version 1, pushed .+, and is active instead\. `npx headgate config rollback 1` activates that again\./m;
      await until("it says that the file is active", () => Promise.resolve(ended.test(dev.output())), 60_000);
    } finally {
      await dev.stop();
    }
  }, 180_000);
});

describe("npm start", () => {
  const run = async (argv: readonly string[]): Promise<{ readonly code: number; readonly said: string }> => {
    try {
      await promisify(execFile)(process.execPath, ["src/cli/headgate-bin.js", "start", ...argv], {
        cwd: PROJECT_FOLDER,
      });
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
    const checkout = await copyCheckout();
    afterAll(checkout.remove);
    await save(join(checkout.folder, "dashboard.config.ts"), 10);
    const seen = new Set<string>();
    for (const turn of [1, 2]) {
      const gateway = startCommand("start", ["--port", "0", "--config", "dashboard.config.ts"], checkout);
      try {
        const said = await until(`start ${turn}`, () => readDashboard(gateway.output()), 60_000);
        const [page, token] = said.split("#token=") as [string, string];
        expect(token).toMatch(/^[\w-]{32}$/);
        seen.add(token);
        expect(await (await fetch(page)).text()).toMatch(/^<!doctype html>/);
        const health = await fetch(page.replace(/ui$/, "health"), {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(await health.json()).toMatchObject({
          status: "ok",
          scopes: expect.arrayContaining(["limits"]),
        });
        expect(findOnDisk(checkout.folder, token)).toEqual([]);
      } finally {
        await gateway.stop();
      }
    }
    expect(seen.size).toBe(2);
  }, 120_000);

  it("has no token and no dashboard where others than this machine reach it", async () => {
    const path = join(folder, "open.config.ts");
    await save(path, 10);
    const gateway = startCommand("start", ["--port", "0", "--host", "0.0.0.0", "--config", path]);
    try {
      await until("what it says of it", () => gateway.output().includes("No dashboard"), 60_000);
      const url = await gateway.url();
      expect((await fetch(`${url}/__headgate/v1/ui`)).status).toBe(404);
    } finally {
      await gateway.stop();
    }
  }, 120_000);

  it("notes an origin that nothing answers at, and serves", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    const path = join(folder, "missing.config.ts");
    await save(path, 10);
    const missing = `http://127.0.0.1:${port}`;
    const gateway = startCommand("start", ["--port", "0", "--config", path, "--origin", missing]);
    try {
      const url = await gateway.url();
      const note = `Note: nothing answers at ${missing} (ECONNREFUSED): requests get a 502 until it does.`;
      await until("the note", () => Promise.resolve(gateway.output().includes(note)));
      expect((await fetch(url)).status).toBe(502);
    } finally {
      await gateway.stop();
    }
  }, 120_000);

  it("says of an unknown option which ones there are", async () => {
    const { code, said } = await run(["--prot", "1"]);
    expect(code).toBe(2);
    expect(said).toMatch(/^Cannot start: .*--prot[\s\S]+--port <number>/);
  });
});
