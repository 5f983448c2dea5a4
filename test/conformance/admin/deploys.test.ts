// A configuration that was pushed at run time, and deploys after it: one with the same file leaves it active, one with
// another file ends it, and whoever asks is told which.

import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { describeDeploy } from "../../../src/cli/active-config.ts";
import { ADMIN_TOKEN, askAdmin, expectStatus, PREFIX } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { type Gateway, newFolder, startGateway, toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";

const PROJECT_FOLDER = resolve(import.meta.dirname, "../../..");
const origin = await startOrigin();
afterAll(origin.close);

const toConfig = (limit: number): Record<string, unknown> => ({
  origin: origin.url,
  policies: { api: { algorithm: "fixed-window", limit, window: "1h", key: "ip" } },
  routes: [{ path: "/*", policies: ["api"] }],
});

async function newStorage(): Promise<string> {
  const folder = await newFolder();
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** As a deploy does: another Worker with what is stored. */
async function deploy<Value>(
  persistTo: string,
  source: string,
  act: (gateway: Gateway) => Promise<Value>,
): Promise<Value> {
  const gateway = await startGateway({ config: source, vars: { ADMIN_TOKEN }, persistTo });
  try {
    return await act(gateway);
  } finally {
    await gateway.close();
  }
}

const limitOf = async (gateway: Gateway): Promise<unknown> =>
  (await send(gateway, "/")).field("X-RateLimit-Limit");
const push = (gateway: Gateway, limit: number): Promise<unknown> =>
  expectStatus(
    200,
    askAdmin(gateway, "PUT", "/config", {
      body: { config: toConfig(limit), reason: "more" },
      ifMatch: "*",
    }),
  );
const show = (gateway: Gateway): Promise<Readonly<Record<string, unknown>>> =>
  expectStatus(200, askAdmin(gateway, "GET", "/config"));
const changes = (before: number, after: number): unknown => [{ path: "policies.api.limit", before, after }];

it("a deploy with the same file leaves a pushed configuration active, and shows what it changes", async () => {
  const storage = await newStorage();
  await deploy(storage, toConfigSource(toConfig(50)), async (gateway) => push(gateway, 70));
  await deploy(storage, `// another comment\n${toConfigSource(toConfig(50))}`, async (gateway) => {
    expect(await limitOf(gateway)).toBe("70");
    expect(await show(gateway)).toMatchObject({
      version: 1,
      who: "ADMIN_TOKEN",
      reason: "more",
      isFile: false,
      isSuperseded: false,
      changes: changes(50, 70),
      config: toConfig(70),
    });
  });
});

it("a deploy with another file ends it, from the first request on; it can be activated again, over that file", async () => {
  const storage = await newStorage();
  await deploy(storage, toConfigSource(toConfig(50)), async (gateway) => push(gateway, 70));
  await deploy(storage, toConfigSource(toConfig(60)), async (gateway) => {
    expect(await limitOf(gateway)).toBe("60");
    const said = gateway.logs().filter((line) => line.includes('"config-superseded"'));
    expect(said.map((line) => JSON.parse(line) as unknown)).toEqual([expect.objectContaining({ pushed: 1 })]);
    expect(await show(gateway)).toMatchObject({
      version: 1,
      isFile: true,
      isSuperseded: true,
      changes: changes(60, 70),
      config: toConfig(60),
    });
    const checked = askAdmin(gateway, "POST", "/config/check", { body: { config: toConfig(65) } });
    expect((await expectStatus(200, checked))["changes"]).toEqual(changes(60, 65));
    const back = askAdmin(gateway, "POST", "/config/rollback", { body: { version: 1 }, ifMatch: '"1"' });
    await expectStatus(200, back);
    expect(await limitOf(gateway)).toBe("70");
  });
  await deploy(storage, toConfigSource(toConfig(60)), async (gateway) => {
    expect(await limitOf(gateway)).toBe("70");
  });
  await deploy(storage, toConfigSource(toConfig(50)), async (gateway) => {
    expect(await limitOf(gateway)).toBe("50");
  });
});

it("a function that changes makes another file", async () => {
  const storage = await newStorage();
  const toSource = (units: number): string =>
    toConfigSource({ ...toConfig(50), routes: [{ path: "/*", policies: ["api"], cost: "COST" }] }).replace(
      '"COST"',
      `() => ${units}`,
    );
  await deploy(storage, toSource(1), async (gateway) => push(gateway, 70));
  expect(await deploy(storage, toSource(1), limitOf)).toBe("70");
  expect(await deploy(storage, toSource(2), limitOf)).toBe("50");
});

it("a pushed configuration from before files were noted stays active", async () => {
  const storage = await newStorage();
  await deploy(storage, toConfigSource(toConfig(50)), async (gateway) => {
    await push(gateway, 70);
    const objects = await gateway.getObjects("CONTROL");
    const control = objects.get(objects.idFromName("control")) as unknown as {
      putConfig: (change: object, by: object) => Promise<unknown>;
    };
    const document = JSON.stringify(toConfig(80));
    await control.putConfig({ document, reason: "old" }, { who: "ADMIN_TOKEN" });
  });
  expect(await deploy(storage, toConfigSource(toConfig(60)), limitOf)).toBe("80");
});

it("the build before a deploy says what becomes of it", async () => {
  const storage = await newStorage();
  await deploy(storage, toConfigSource(toConfig(50)), async (gateway) => {
    const hide = (text: string, path: string): string =>
      text.replaceAll(path, "FILE").replace(/\d+ s ago \([\d:]+\)/, "THEN");
    const named = { HEADGATE_URL: `${gateway.url}${PREFIX}`, HEADGATE_TOKEN: ADMIN_TOKEN };
    const writeConfig = async (limit: number): Promise<string> => {
      const path = join(storage, `${limit}.config.ts`);
      await writeFile(path, toConfigSource(toConfig(limit)));
      return path;
    };
    const ask = async (limit: number): Promise<string> => {
      const path = await writeConfig(limit);
      return hide((await describeDeploy(named, path)) ?? "nothing", path);
    };
    const build = async (limit: number): Promise<string> => {
      const path = await writeConfig(limit);
      const env = { ...process.env, ...named, WRANGLER_COMMAND: "deploy", HEADGATE_CONFIG: path };
      const { stdout } = await promisify(execFile)(process.execPath, ["src/cli/headgate-bin.js", "build"], {
        cwd: PROJECT_FOLDER,
        env,
      });
      return hide(stdout, path);
    };
    expect(await ask(50)).toBe("nothing");
    await push(gateway, 70);
    const pushed = "configuration version 1, pushed THEN by ADMIN_TOKEN (more)";
    const differs = "It differs in\n  policies.api.limit: 50 in the file, 70 pushed\n";
    expect(await ask(50)).toContain(
      `FILE is not active: ${pushed}, is, until the file changes or \`npx headgate config rollback 0\` ends it. ${differs.trim()}`,
    );
    expect(await build(60)).toContain(
      `This deploy ends ${pushed}: FILE has changed since. \`npx headgate config rollback 1\` activates that again.`,
    );
  });
}, 120_000);
