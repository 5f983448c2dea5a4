// What `headgate init` writes is right, and it changes nothing of what is there.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { unstable_readConfig } from "wrangler";
import template from "../../src/cli/template/headgate.config.ts";
import examples from "../../src/cli/template/headgate.examples.ts";
import { init } from "../../src/cli/init.ts";
import { checkConfig } from "../../src/core/config/check-config.ts";
import { parseConfig } from "../../src/core/config/parse-config.ts";
import { parseExamples, playExample } from "../../src/core/simulation/examples.ts";
import { hashText } from "../../src/platform/hash-text.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "My Gateway-"));
  vi.spyOn(console, "log").mockReturnValue();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

describe("init()", () => {
  test("writes a project whose examples hold", async () => {
    await init(folder);
    expect((await readdir(folder)).toSorted()).toEqual(
      [
        ".gitignore",
        "headgate.config.ts",
        "headgate.examples.ts",
        "package.json",
        "wrangler.toml",
      ].toSorted(),
    );
    const config = parseConfig(template);
    const parsed = parseExamples(examples);
    if (!config.ok || !parsed.ok) throw new Error("the template is wrong");
    const { problems, warnings } = checkConfig(config.value);
    expect([...problems, ...warnings]).toEqual([]);
    expect(parsed.value.length).toBeGreaterThan(0);
    for (const example of parsed.value)
      expect(playExample(config.value, example, { hash: hashText })).toBeUndefined();
  });

  test("writes a deployment with the objects and migrations of this version, under a name that a Worker may have", async () => {
    await init(folder);
    const readWrangler = (config: string): ReturnType<typeof unstable_readConfig> =>
      unstable_readConfig({ config }, { hideWarnings: true });
    const made = readWrangler(join(folder, "wrangler.toml"));
    const own = readWrangler("wrangler.toml");
    expect(made.durable_objects).toEqual(own.durable_objects);
    expect(made.migrations).toEqual(own.migrations);
    expect(made.compatibility_date).toBe(own.compatibility_date);
    expect(made.compatibility_flags).toEqual(own.compatibility_flags);
    expect(made.name).toMatch(/^my-gateway-[a-z0-9-]+$/);
  });

  test("leaves files as they are, and adds to package.json what is missing", async () => {
    const before = {
      name: "mine",
      type: "commonjs",
      scripts: { test: 'echo "Error: no test specified" && exit 1', dev: "mine" },
      dependencies: { headgate: "file:headgate.tgz" },
    };
    await writeFile(join(folder, "package.json"), JSON.stringify(before));
    await writeFile(join(folder, "headgate.config.ts"), "// mine");
    await init(folder);
    expect(await read("headgate.config.ts")).toBe("// mine");
    const after = JSON.parse(await read("package.json")) as Record<string, Record<string, unknown>>;
    expect(after).toMatchObject({
      name: "mine",
      type: "module",
      scripts: { dev: "mine", test: "headgate check && headgate test", start: "headgate start" },
      dependencies: before.dependencies,
    });
    expect(after["devDependencies"]).not.toHaveProperty("headgate");
    const first = await read("package.json");
    await init(folder);
    expect(await read("package.json")).toBe(first);
  });
});
