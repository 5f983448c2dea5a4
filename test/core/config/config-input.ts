// Configurations for tests: the one of the README, as code writes it, and problems as a person reads them.

import { type ConfigVars, parseConfig } from "../../../src/core/config/parse-config.ts";
import type { Config } from "../../../src/core/config/config.ts";

export const POLICY = { algorithm: "token-bucket", limit: 60, window: "1m", key: "ip" };

/** A new one for each test, with what matters written over it. */
export function toInput(over: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    origin: "https://api.example.com",
    policies: {
      "per-client": { algorithm: "token-bucket", limit: 60, window: "1m", burst: 20, key: "ip" },
      search: { algorithm: "sliding-window", limit: 10, window: "10s", key: ["ip", "path"] },
    },
    routes: [
      {
        path: "/search",
        methods: ["GET"],
        policies: ["per-client", "search"],
        cost: 2,
        cache: { ttl: "30s" },
      },
      { path: "/*", policies: ["per-client"] },
    ],
    ...over,
  };
}

/** Every problem of a configuration: "path: message [code]". */
export function toProblems(input: unknown, vars?: ConfigVars): readonly string[] {
  const parsed = parseConfig(input, vars);
  return parsed.ok ? [] : parsed.error.map(({ path, message, code }) => `${path}: ${message} [${code}]`);
}

export function toConfig(input: unknown, vars?: ConfigVars): Config {
  const parsed = parseConfig(input, vars);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error, null, 2));
  return parsed.value;
}
