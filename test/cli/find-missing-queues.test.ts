import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkEnvironments } from "../../src/cli/check-environments.ts";
import { findMissingQueues } from "../../src/cli/find-missing-queues.ts";
import type { Config } from "../../src/core/config/config.ts";
import { parseConfig } from "../../src/core/config/parse-config.ts";

const toInput = (deliver: readonly unknown[]): object => ({
  origin: "https://api.example.com",
  policies: {},
  routes: [{ path: "/hooks", webhook: { profile: "github", secret: "S", deliver } }],
});

function toConfig(deliver: readonly unknown[]): Config {
  const parsed = parseConfig(toInput(deliver));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}
const both = toConfig(["https://a.example.com/in", { queue: "EVENTS" }, { queue: "COPIES" }]);

test("findMissingQueues() names each queue that is not bound, and what to do", () => {
  const found = findMissingQueues(both, () => new Set(["COPIES"]));
  expect(found).toMatchObject([{ path: "routes.0.webhook.deliver.1", code: "missing-queue" }]);
  expect(found[0]?.message).toContain('Add [[queues.producers]] with binding = "EVENTS"');
});

test("a configuration without queues needs none, and nothing is read", () => {
  const without = toConfig(["https://a.example.com/in"]);
  expect(findMissingQueues(without, () => expect.fail("read"))).toEqual([]);
});

test("what is bound here is read from wrangler.toml", () => {
  expect(findMissingQueues(both).map(({ path }) => path)).toEqual([
    "routes.0.webhook.deliver.1",
    "routes.0.webhook.deliver.2",
  ]);
});

test("checkEnvironments() says of each environment which table its binding belongs into", async () => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-"));
  const file = join(folder, "config.json");
  await writeFile(file, JSON.stringify(toInput([{ queue: "EVENTS" }])));
  const { warnings } = await checkEnvironments(file);
  await rm(folder, { recursive: true });
  const tables = warnings.flatMap(({ code, message }) =>
    code === "missing-queue" ? [/\[\[(.*)\]\]/.exec(message)?.[1]] : [],
  );
  expect(tables).toEqual([
    "queues.producers",
    "env.production.queues.producers",
    "env.sandbox.queues.producers",
  ]);
});
