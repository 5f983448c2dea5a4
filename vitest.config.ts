// Three projects: the pure core in Node, what needs workerd in workerd, and the black box over real HTTP.

import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "core",
          environment: "node",
          include: ["test/core/**/*.test.ts", "test/cli/**/*.test.ts", "test/project/**/*.test.ts"],
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: "./src/index.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { cf: false },
          }),
        ],
        test: {
          name: "workers",
          include: [
            "test/durable-objects/**/*.test.ts",
            "test/gateway/**/*.test.ts",
            "test/admin/**/*.test.ts",
          ],
        },
      },
      {
        test: {
          name: "conformance",
          environment: "node",
          include: ["test/conformance/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
