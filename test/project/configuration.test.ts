// docs/configuration against the schemas: every key has a row with its default, every algorithm's option and every key
// extractor too, nothing else has one, and every example of a table is a configuration that is right.

import * as v from "valibot";
import { describe, expect, test } from "vitest";
import type { Algorithm } from "../../src/core/algorithms/algorithm.ts";
import { algorithms } from "../../src/core/algorithms/registry.ts";
import { issuerEntries } from "../../src/core/consumers/issuer-schema.ts";
import { configSchema } from "../../src/core/config/config-schema.ts";
import { alertEntries, channelEntries } from "../../src/core/alerts/alert-settings.ts";
import { functionEntries } from "../../src/core/functions/parse-functions.ts";
import { sinkEntries } from "../../src/core/log/log-settings.ts";
import { announcedEntries } from "../../src/core/portal/portal-settings.ts";
import { routeSchema } from "../../src/core/routes/route-schema.ts";
import { tokenCostEntries } from "../../src/core/policies/policy-cost.ts";
import { policyBase } from "../../src/core/policies/policy-schema.ts";
import { variantEntries } from "../../src/core/policies/parse-variants.ts";
import { profiles } from "../../src/core/feedback/profiles/registry.ts";
import { memberSchema, poolSchema } from "../../src/core/origins/pool-schema.ts";
import { toSectionLink } from "../../src/cli/config-sections.ts";
import { keyExtractors } from "../../src/core/keys/registry.ts";
import { evaluate, toProblems } from "./evaluate-example.ts";
import { inConfig, places } from "./example-places.ts";
import {
  configurationPages,
  findTable,
  readCodes,
  readConfigurationPages,
  readHeadings,
  readText,
  type Table,
  toAnchor,
} from "./markdown.ts";
import { readEntryKeys, readSchemaKeys, type SchemaKey } from "./schema-keys.ts";

const guide = readConfigurationPages();
/** Every heading, as a problem leads to it. */
const linkTargets = configurationPages.flatMap((path) =>
  readHeadings(readText(path)).map(({ text }) => `${path}#${toAnchor(text)}`),
);
const registry = Object.entries(algorithms) as [string, Algorithm<unknown, unknown>][];

/** parse-origin.ts demands it: the schema leaves it to a variable. */
const REQUIRED_ELSEWHERE = new Set(["origin"]);

/** A key of two tables: required in one of them alone. */
const isRequiredElsewhere = (section: string, path: string): boolean =>
  section === "Top level" && REQUIRED_ELSEWHERE.has(path);

const routeKeys = readSchemaKeys(routeSchema);
const topKeys = readSchemaKeys(configSchema);
const isCacheKey = ({ path }: SchemaKey): boolean => path.startsWith("cache.");
/** A pool's `cost` is written like a route's. */
const isCostKey = ({ path }: SchemaKey): boolean => path.startsWith("cost.");
const isCredentialKey = ({ path }: SchemaKey): boolean => path.startsWith("credential.");
const isLinksKey = ({ path }: SchemaKey): boolean => path.startsWith("links.");
const isWebhookKey = ({ path }: SchemaKey): boolean => path.startsWith("webhook.");
const isHandOverKey = ({ path }: SchemaKey): boolean => path.startsWith("handOver.");
const isAuthKey = ({ path }: SchemaKey): boolean => path.startsWith("auth.");
const isBatchKey = ({ path }: SchemaKey): boolean => path.startsWith("batch.");
const isShapeKey = ({ path }: SchemaKey): boolean =>
  /^(?:aggregate|onPartial|fields|request\..*|response\..*)$/.test(path);
const isAccessKey = ({ path }: SchemaKey): boolean => path.startsWith("access.");
const isCorsKey = ({ path }: SchemaKey): boolean => path.startsWith("cors.");
const isLogKey = ({ path }: SchemaKey): boolean => path.startsWith("log.");
const isStatsKey = ({ path }: SchemaKey): boolean => path.startsWith("stats.");
const isReputationKey = ({ path }: SchemaKey): boolean => path.startsWith("reputation.");
const isPortalKey = ({ path }: SchemaKey): boolean => path.startsWith("portal.");
const isDeniedKey = ({ path }: SchemaKey): boolean => path.startsWith("denied.");
const isErrorsKey = ({ path }: SchemaKey): boolean => path.startsWith("errors.");
/** A section of its own has them. */
const isElsewhere = (key: SchemaKey): boolean =>
  [
    isStatsKey,
    isReputationKey,
    isPortalKey,
    isAccessKey,
    isCorsKey,
    isDeniedKey,
    isErrorsKey,
    isLogKey,
    isCredentialKey,
    isLinksKey,
    isWebhookKey,
    isHandOverKey,
  ].some((isOfIt) => isOfIt(key));

const sections: readonly (readonly [section: string, keys: readonly SchemaKey[]])[] = [
  ["Top level", topKeys.filter((key) => !isAuthKey(key) && !isElsewhere(key) && !isBatchKey(key))],
  ["Origin pools", readSchemaKeys(poolSchema).filter((key) => !isCostKey(key))],
  ["Pool members", readSchemaKeys(memberSchema).filter((key) => !isCredentialKey(key))],
  ["Credentials for origins", routeKeys.filter(isCredentialKey)],
  ["Links", routeKeys.filter(isLinksKey)],
  ["Webhooks", routeKeys.filter(isWebhookKey)],
  ["Handed-over calls", routeKeys.filter(isHandOverKey)],
  ["Policies", readEntryKeys(policyBase)],
  ["Token costs", readEntryKeys({ cost: v.object(tokenCostEntries) })],
  ["Functions", readEntryKeys(functionEntries)],
  ["Limits for some requests", readEntryKeys(variantEntries)],
  ["Routes", routeKeys.filter((key) => !isCacheKey(key) && !isElsewhere(key) && !isShapeKey(key))],
  ["Credentials", topKeys.filter(isAuthKey)],
  ["Issuers", readEntryKeys(issuerEntries)],
  ["Access lists", topKeys.filter(isAccessKey)],
  ["Reputation", topKeys.filter(isReputationKey)],
  ["Portal", topKeys.filter(isPortalKey)],
  ["Announced changes", readEntryKeys(announcedEntries)],
  ["CORS", topKeys.filter(isCorsKey)],
  ["Statistics", topKeys.filter(isStatsKey)],
  ["Denied requests", topKeys.filter(isDeniedKey)],
  ["Error dialects", topKeys.filter(isErrorsKey)],
  ["Cache", routeKeys.filter(isCacheKey)],
  ["Log", topKeys.filter(isLogKey)],
  ["Log sinks", readEntryKeys(sinkEntries)],
  ["Alerts", readEntryKeys(alertEntries)],
  ["Alert channels", readEntryKeys(channelEntries)],
  ["Batches", topKeys.filter(isBatchKey)],
  ["Aggregates and fields", routeKeys.filter(isShapeKey)],
];

/** Where a section's keys stand in a configuration, as problems have it. */
const prefixes: Readonly<Record<string, string>> = {
  "Origin pools": "origins.tried.",
  "Pool members": "origins.tried.members.0.",
  Policies: "policies.tried.",
  "Token costs": "policies.tried.",
  "Limits for some requests": "policies.tried.limits.0.",
  Functions: "functions.tried.",
  Issuers: "auth.issuers.0.",
  "Announced changes": "portal.announced.0.",
  "Log sinks": "log.sinks.0.",
  Alerts: "alerts.0.",
  "Alert channels": "alerts.0.to.0.",
  Routes: "routes.0.",
  "Credentials for origins": "routes.0.",
  Links: "routes.0.",
  Webhooks: "routes.0.",
  "Handed-over calls": "routes.0.",
  Cache: "routes.0.",
  "Aggregates and fields": "routes.0.",
};

/** Keys with a part of the page to themselves: a problem leads there. */
const ownSections: Readonly<Record<string, string>> = {
  origin: "Origin",
  "policies.tried.key": "Keys",
  "policies.tried.settle.header": "Settling",
  "policies.tried.settle.usage": "Settling",
  "policies.tried.settle.usage.input": "Settling",
  "policies.tried.settle.usage.output": "Settling",
  "policies.tried.settle.ask": "Settling",
  "policies.tried.settle.exact": "Settling",
  "policies.tried.settle.status": "Settling",
  "policies.tried.settle.otherwise": "Settling",
};

const toFirstCodes = ({ rows }: Table): readonly string[] =>
  rows.map(([cell = ""]) => readCodes(cell)[0] ?? cell);

interface Documented {
  readonly section: string;
  readonly key: SchemaKey;
  readonly cell: string;
}

function toDefault({ section, key, cell }: Documented): unknown {
  const { path, isRequired, standard } = key;
  if (isRequired || isRequiredElsewhere(section, path)) return cell === "required" ? standard : cell;
  if (standard === undefined) return /^none\b/.test(cell) ? standard : cell;
  return JSON.parse(readCodes(cell)[0] ?? "null") as unknown;
}

describe.each(sections)("docs/configuration, %s", (section, keys) => {
  const table = findTable(guide, ["key", "type and bounds", "default"], section);

  test("has every key of the schema, and no other", () => {
    expect(keys.length).toBeGreaterThan(0);
    expect([...toFirstCodes(table)].sort()).toEqual(keys.map(({ path }) => path).sort());
  });

  test.each(keys)("is where a problem of $path leads", ({ path }) => {
    const at = `${prefixes[section] ?? ""}${path}`;
    const wanted = toAnchor(ownSections[at] ?? section);
    expect(toSectionLink(at)).toMatch(new RegExp(`^docs/configuration/[\\w-]+\\.md#${wanted}$`));
    expect(linkTargets).toContain(toSectionLink(at));
  });

  test.each(keys)("gives the schema's default of $path", (key) => {
    const row = table.rows[toFirstCodes(table).indexOf(key.path)];
    expect(toDefault({ section, key, cell: row?.[2] ?? "" })).toEqual(key.standard);
  });

  test.each(table.rows.map(([key = "", , , , example = ""]) => [key, example] as const))(
    "has an example of %s that is right: %s",
    (key, cell) => {
      const [example = ""] = readCodes(cell);
      const [name = ""] = readCodes(key);
      for (const part of name.split(".")) expect(example).toContain(`${part}:`);
      expect(toProblems(places[section]?.(evaluate(example)) ?? {})).toEqual([]);
    },
  );
});

test.each([
  ["", "top-level"],
  ["policies", "top-level"],
  ["policies.a.b.burst", "algorithms"],
  ["policies.login.limits.0.limit", "limits-for-some-requests"],
  ["tiers.pro.plan.limit", "tiers"],
  ["routes.12.access.deny.ips.0", "access-lists"],
  ["routes.12.cors.origins.0", "cors"],
  ["cors.maxAge", "cors"],
  ["routes.2.denied.body", "denied-requests"],
  ["routes.2.errors.template", "error-dialects"],
  ["origins.orders", "origin-pools"],
  ["vars.LIMIT_FACTOR", "variables-and-secrets"],
])("a problem of %j leads to a heading that there is: %s", (path, section) => {
  expect(toSectionLink(path)).toMatch(new RegExp(`^docs/configuration/[\\w-]+\\.md#${section}$`));
  expect(linkTargets).toContain(toSectionLink(path));
});

test.each([
  ["access list", isAccessKey],
  ["CORS", isCorsKey],
  ["answer to denied requests", isDeniedKey],
  ["words for what goes wrong", isErrorsKey],
])("a route's %s is written like the gateway's", (_, isOfIt) => {
  expect(routeKeys.filter(isOfIt).length).toBeGreaterThan(0);
  expect(routeKeys.filter(isOfIt)).toEqual(topKeys.filter(isOfIt));
});

test("a pool member's credential is written like a route's", () => {
  const ofMembers = readSchemaKeys(memberSchema).filter(isCredentialKey);
  expect(ofMembers.length).toBeGreaterThan(0);
  expect(ofMembers).toEqual(routeKeys.filter(isCredentialKey));
});

describe("docs/configuration, algorithms", () => {
  const table = findTable(guide, ["algorithm", "option"]);

  test("has every option of every algorithm, and no other", () => {
    const documented = table.rows.map(([algorithm = "", option = ""]) => `${algorithm} ${option}`);
    const registered = registry.flatMap(([name, { optionNames }]) =>
      optionNames.map((option) => `\`${name}\` \`${option}\``),
    );
    expect(documented).toEqual(registered);
  });

  test.each(registry)("says which options of %s are required", (name, algorithm) => {
    const parsed = algorithm.parseConfig({});
    const missing = parsed.ok ? [] : parsed.error.map(({ path }) => path);
    const required = table.rows.filter(
      ([cell, , , wanted]) => cell === `\`${name}\`` && wanted === "required",
    );
    expect(required.map(([, option = ""]) => readCodes(option)[0])).toEqual(missing);
  });

  test.each(table.rows)("has an example for %s's %s that is right", (...row) => {
    const [algorithm = "", option = "", , , , example = ""] = row.map((cell) => readCodes(cell)[0] ?? "");
    expect(example).toContain(`${option}:`);
    const names: readonly string[] = algorithms[algorithm as keyof typeof algorithms].optionNames;
    const window = names.includes("window") ? { window: "1m" } : {};
    const period = names.includes("period") ? { period: "day" } : {};
    const policy = { algorithm, limit: 10, key: "ip", ...window, ...period, ...evaluate(example) };
    expect(toProblems(inConfig({ policies: { tried: policy } }))).toEqual([]);
  });
});

test("docs/configuration has every key extractor, and no other", () => {
  const documented = findTable(guide, ["part", "counts by"]).rows.map(([cell = ""]) => readCodes(cell)[0]);
  const registered = Object.entries(keyExtractors).map(([name, { argument }]) =>
    argument === undefined ? name : `${name}:<name>`,
  );
  expect(documented).toEqual(registered);
});

test("docs/configuration has every feedback profile with its scopes, and no other", () => {
  const documented = findTable(guide, ["profile", "scopes"]).rows.map(([name = "", scopes = ""]) => [
    readCodes(name)[0],
    readCodes(scopes),
  ]);
  expect(documented).toEqual(Object.entries(profiles).map(([name, { scopes }]) => [name, scopes]));
});
