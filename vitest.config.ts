// Five projects: the pure core in Node, commands and tools in Node, what needs workerd in workerd, and the black box over real
// HTTP, in two: most of its files compute, some only wait.

import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

/** What a machine needs that does other things beside. */
const TEST_TIMEOUT_MS = 30_000;

/** Files of the black box that wait for windows, intervals and bounds to pass for two thirds of their time or more. */
const WAITING = [
  "admin/control-down",
  "admin/propagation",
  "alerts/alerts",
  "limits/permits",
  "limits/permits-load",
  "log/log-sinks",
  "origins/feedback",
  "origins/origin-health",
  "origins/outbound-clients",
  "origins/outbound-queue",
  "request/body-ends",
  "request/near-calls",
  "request/unfinished-bodies",
  "stats/metrics",
  "ui/actions",
].map((name) => `test/conformance/${name}.test.ts`);

// Where it is set, each start of a gateway hands workerd a hundred and more certificates, and costs half as much again. No test
// asks a server that needs them.
delete process.env["NODE_EXTRA_CA_CERTS"];

const inFolders = (...folders: readonly string[]): string[] =>
  folders.map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    // Files that start gateways wait for half of their time. All of the workers project comes after them, so that no long file
    // of theirs ends alone.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: "core",
          environment: "node",
          isolate: false,
          // Nothing here waits: more workers than cores would only load the same modules once more. So it runs by itself.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          include: inFolders("core", "ui", "project"),
          testTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: "commands",
          environment: "node",
          isolate: false,
          // Beside the core, which is over in seconds and is what one runs after each change.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          include: inFolders("cli", "tools", "bench"),
          testTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: "./test/support/failing-worker.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              cf: false,
              r2Buckets: ["BUCKET"],
              durableObjects: {
                SLOW: { className: "SlowObject", useSQLite: true },
                STALLING: { className: "StallingObject", useSQLite: true },
                THROWING: { className: "ThrowingObject", useSQLite: true },
                FOREIGN: { className: "ForeignObject", useSQLite: true },
                SCRIPTED: { className: "ScriptedObject", useSQLite: true },
              },
            },
          }),
        ],
        test: {
          name: "workers",
          // A workerd process for each file took four times as long as the tests. What files could leave to one another is
          // taken away between them.
          isolate: false,
          setupFiles: ["./test/support/fresh-start.ts"],
          include: inFolders("durable-objects", "gateway", "limiter", "platform", "admin"),
          testTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: "conformance",
          environment: "node",
          // Each file starts its own origin and gateway: a worker of its own would only cost time.
          isolate: false,
          include: inFolders("conformance"),
          exclude: WAITING,
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "waiting",
          environment: "node",
          isolate: false,
          // Together they take less than two cores, though they are eight.
          maxWorkers: 8,
          sequence: { groupOrder: 2 },
          include: WAITING,
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
