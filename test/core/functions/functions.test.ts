// Functions of the configuration: how they are read, named and left out of what is sent, and what keys and costs make of
// what they return.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkConfig } from "../../../src/core/config/check-config.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { fingerprintFile, showFile } from "../../../src/core/control/deployed-file.ts";
import { type BodyValue, UNKNOWN } from "../../../src/core/body/body-value.ts";
import { toFunctionValue } from "../../../src/core/functions/function-values.ts";
import { readDocument } from "../../../src/cli/headgate/read-document.ts";
import { ANY_FUNCTIONS } from "../../../src/core/functions/any-functions.ts";
import { DEPLOYED_FUNCTION } from "../../../src/core/functions/parse-functions.ts";
import { toCost } from "../../../src/core/policies/route-cost.ts";
import type { Facts } from "../../../src/core/keys/facts.ts";

const file = {
  origin: "https://api.example.com",
  functions: {
    team: () => "a",
    weight: { run: () => 2, timeout: "200ms", onFault: "refuse", env: "WEIGHTS" },
  },
  policies: {
    teams: { algorithm: "token-bucket", limit: 10, window: "1m", key: ["function:team", "ip"] },
    heavy: {
      algorithm: "token-bucket",
      limit: 10,
      window: "1m",
      key: "ip",
      cost: { function: "weight", max: 5 },
    },
  },
  routes: [
    { path: "/a", policies: ["teams"], cost: { function: "weight", max: 5 } },
    { path: "/b", policies: ["heavy"] },
    { path: "/c" },
  ],
};

const parse = (given: unknown, deployed?: unknown): ReturnType<typeof parseConfig> => {
  const known = deployed === undefined ? undefined : parseConfig(deployed);
  return parseConfig(given, {}, known?.ok === true ? known.value.functions : undefined);
};

function read(given: unknown, deployed?: unknown): Extract<ReturnType<typeof parse>, { ok: true }>["value"] {
  const parsed = parse(given, deployed);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const toMessages = (given: unknown, deployed?: unknown): readonly string[] => {
  const parsed = parse(given, deployed);
  return parsed.ok ? [] : parsed.error.map(({ path, code, message }) => `${path} [${code}] ${message}`);
};

describe("functions of a configuration", () => {
  test("have their settings, and routes know which of them make keys and costs", () => {
    const { functions, routes } = read(file);
    expect(functions.get("team")).toMatchObject({ timeoutMs: 50, onFault: undefined, env: [] });
    expect(functions.get("weight")).toMatchObject({ timeoutMs: 200, onFault: "refuse", env: ["WEIGHTS"] });
    expect(routes.map((route) => route.functions)).toEqual([["team", "weight"], ["weight"], undefined]);
  });

  test.each([
    [{ functions: {} }, "policies.teams.key [unknown-function]", "there are none"],
    [
      { functions: { tema: file.functions.team, weight: () => 1 } },
      "policies.teams.key [unknown-function]",
      'did you mean "tema"?',
    ],
    [{ functions: { ...file.functions, x: 1 } }, "functions.x [invalid]", "must be an object"],
    [
      { functions: { ...file.functions, x: { run: () => 1, timeout: "1h" } } },
      "functions.x.timeout [invalid]",
      '"10s"',
    ],
    [{ functions: { ...file.functions, "a b": () => 1 } }, "functions.a b [invalid]", "must be a name"],
  ])("are refused by name: %j", (given, at, words) => {
    const [first = ""] = toMessages({ ...file, ...given });
    expect(first).toContain(at);
    expect(first).toContain(words);
  });

  test("that nothing names are warned of", () => {
    const { warnings } = checkConfig(read({ ...file, functions: { ...file.functions, idle: () => 1 } }));
    expect(warnings.map(({ path }) => path)).toContain("functions.idle");
    expect(warnings.map(({ path }) => path)).not.toContain("functions.team");
  });
});

describe("a configuration that comes over the wire", () => {
  const shown = showFile(file) as typeof file;

  test("uses the code that is deployed, with its own settings", () => {
    const changed = { ...shown, functions: { team: DEPLOYED_FUNCTION, weight: { run: DEPLOYED_FUNCTION } } };
    const { functions } = read(changed, file);
    expect(functions.get("team")?.run).toBe(file.functions.team);
    expect(functions.get("weight")).toMatchObject({ run: file.functions.weight.run, timeoutMs: 50 });
    expect(read(shown, file).functions.get("weight")?.timeoutMs).toBe(200);
    const { functions: _left, ...bare } = shown;
    expect(read(bare, file).functions.get("weight")?.timeoutMs).toBe(200);
  });

  test("is refused where it names code that is not deployed, with what there is", () => {
    const pushed = { ...shown, routes: [{ path: "/*", policies: ["teams"], cost: { function: "price" } }] };
    expect(toMessages(pushed, file)).toEqual([
      'routes.0.cost.function [unknown-function] must name a function of `functions` (there are "team", "weight"), received "price"',
    ]);
    const added = { ...shown, functions: { price: DEPLOYED_FUNCTION } };
    expect(toMessages(added, file)[0]).toContain(
      'functions.price [unknown-function] must be a function of the deployed file (there are "team", "weight")',
    );
    expect(toMessages(shown)).toHaveLength(5);
  });

  test("can be read where nobody calls it, with what it shows and what it leaves out", () => {
    const { functions: _left, ...bare } = shown;
    for (const given of [shown, bare]) expect(parseConfig(given, {}, ANY_FUNCTIONS).ok).toBe(true);
  });

  test("is sent without its code, and not at all with code that stands elsewhere", async () => {
    const folder = await mkdtemp(join(tmpdir(), "headgate-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const write = async (name: string, cost: string): Promise<string> => {
      const path = join(folder, name);
      const functions = '{ team: () => "a", weight: { run: () => 2, timeout: "200ms" } }';
      await writeFile(
        path,
        `export default { functions: ${functions}, routes: [{ path: "/*", cost: ${cost} }] };`,
      );
      return path;
    };
    expect(await readDocument(await write("a.mjs", "1"))).toMatchObject({
      functions: { team: DEPLOYED_FUNCTION, weight: { run: DEPLOYED_FUNCTION, timeout: "200ms" } },
    });
    const inline = await write("b.mjs", "() => 2");
    await expect(readDocument(inline)).rejects.toThrow("routes.0.cost is a function");
  });

  test("is told from a file with other code", () => {
    const other = { ...file, functions: { ...file.functions, team: () => "b" } };
    expect(fingerprintFile(other, (text) => text)).not.toBe(fingerprintFile(file, (text) => text));
  });
});

test.each([
  ["a", { kind: "text", text: "a" }],
  ["", { kind: "text", text: "" }],
  [1.5, { kind: "number", text: "1.5" }],
  [true, { kind: "boolean", text: "true" }],
  [undefined, { kind: "missing" }],
  [null, { kind: "missing" }],
  [Number.NaN, undefined],
  [Infinity, undefined],
  [{}, undefined],
  [[], undefined],
  ["x".repeat(4_097), undefined],
])("what a function returns for a key or a cost: %j", (returned, value) => {
  expect(toFunctionValue(returned)).toEqual(value);
});

test.each<[returned: BodyValue | undefined, cost: number]>([
  [toFunctionValue(3), 3],
  [toFunctionValue(2.1), 3],
  [toFunctionValue(0), 1],
  [toFunctionValue(99), 20],
  [toFunctionValue(-1), 20],
  [toFunctionValue("3"), 20],
  [toFunctionValue(undefined), 7],
  [UNKNOWN, 20],
])("a cost of %j is %i", (value, cost) => {
  const rule = { function: "weight", min: 1, max: 20, otherwise: 7 };
  const facts = { header: () => undefined, member: () => value } as unknown as Facts;
  expect(toCost(rule, facts)).toBe(cost);
});
