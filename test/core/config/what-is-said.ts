// What a configuration is told when it is offered, and the pieces that the tables of mistakes are written with.

import { checkConfig } from "../../../src/core/config/check-config.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";

export type Given = Readonly<Record<string, unknown>>;

/** `said` is everything, in order. */
export type Mistake = readonly [what: string, given: Given, said: readonly string[]];

/** "error <path>: <message>" and "warning <path>: <message>"; `given` is over a configuration that is right. */
export function sayOf(given: Given): readonly string[] {
  const origin = "https://api.example.com";
  const parsed = parseConfig({ origin, policies: {}, routes: [{ path: "/*" }], ...given });
  if (!parsed.ok) return parsed.error.map(({ path, message }) => `error ${path}: ${message}`);
  const { problems, warnings } = checkConfig(parsed.value);
  return [
    ...problems.map(({ path, message }) => `error ${path}: ${message}`),
    ...warnings.map(({ path, message }) => `warning ${path}: ${message}`),
  ];
}

export const byIp: Given = { algorithm: "token-bucket", limit: 100, window: "1m", key: "ip" };

/** Every request takes this route. */
export const route = (given: Given, rest: Given = {}): Given => ({
  ...rest,
  routes: [{ path: "/*", ...given }],
});

/** Every request is counted by this policy. */
export const limited = (policy: Given, given: Given = {}, rest: Given = {}): Given => ({
  ...rest,
  policies: { p: { ...byIp, ...policy } },
  routes: [{ path: "/*", policies: ["p"], ...given }],
});

/** Every request goes to this pool. */
export const pooled = (pool: Given, given: Given = {}, rest: Given = {}): Given => ({
  ...rest,
  origins: { api: { members: ["https://a.example.com"], ...pool } },
  routes: [{ path: "/*", origin: "api", ...given }],
});
