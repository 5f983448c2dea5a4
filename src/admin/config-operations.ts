// The configuration at run time: the active one, a whole new one, what a new one would change, the history and the way
// back. It is checked as the file is; gateways learn it within seconds.

import * as v from "valibot";
import { findUnbound } from "../core/alerts/find-unbound.ts";
import { isObject, object } from "../core/schema/parse-with.ts";
import { checkConfig, type Checked } from "../core/config/check-config.ts";
import { parseConfig } from "../core/config/parse-config.ts";
import { integerBetween } from "../core/schema/primitives.ts";
import { fingerprintFile, isSuperseded, showFile } from "../core/control/deployed-file.ts";
import { diffValues } from "../core/control/diff-values.ts";
import { type Digest, redactConfig, restoreConfig } from "../core/control/redact-config.ts";
import { textUpTo } from "../core/control/entries.ts";
import type { Changed, ConfigChange, ConfigVersion, Page } from "../core/control/control-messages.ts";
import type { Problem, Result } from "../core/result.ts";
import { findUnboundMembers } from "../core/origins/member-binding.ts";
import { findUnboundQueues } from "../core/webhooks/listeners.ts";
import { findFetcher } from "../platform/fetcher.ts";
import { hashText } from "../platform/hash-text.ts";
import { askControl, toChangedResponse } from "./ask-control.ts";
import {
  activeConfigAnswer,
  configAnswer,
  configCheckAnswer,
  configHistoryAnswer,
  toPageSchema,
} from "./json-schemas.ts";
import { type AdminControls, type Call, defineOperation, type Operation } from "./operation.ts";
import { pageQuery, toPage, toPageRequest } from "./page-query.ts";
import { toInvalidBody, toJson, toNotFound, toProblem } from "./problem.ts";
import { toWarnings } from "./accept-entry.ts";
import { warnOfOverrides } from "./warn-of-overrides.ts";

const CONFIG_BYTES_MAX = 524_288;
const CHANGES_MAX = 1_000;
const AUDITED_CHANGES_MAX = 50;
const AUDITED_LENGTH_MAX = 12_000;
const VERSION_MAX = Number.MAX_SAFE_INTEGER;

/** parseConfig reads it: its problems are the file's. */
const config = v.custom<Readonly<Record<string, unknown>>>(isObject, "must be a configuration");
const reason = v.optional(textUpTo(500));

export const configOperations: readonly Operation[] = [
  defineOperation({
    name: "config.show",
    method: "GET",
    path: "/config",
    summary:
      "The active configuration, and what the newest version changes of the deployed file, which is version 0",
    answer: activeConfigAnswer,
    handle: async ({ controls }) => {
      const latest = await readConfig(controls, undefined);
      return latest === undefined ? toProblem(404, "not-found") : toActiveResponse(latest, controls);
    },
  }),
  defineOperation({
    name: "config.put",
    method: "PUT",
    path: "/config",
    summary: "Activates a whole new configuration",
    body: object({ config, reason }),
    bodyBytesMax: CONFIG_BYTES_MAX,
    needsIfMatch: true,
    answer: configAnswer,
    handle: async (call) => {
      const { controls, body, seen } = call;
      await controls.learn();
      // Before the secrets are back, which a problem's message could repeat.
      const { problems } = checkDocument(body.config, controls);
      if (problems.length > 0) return toInvalidBody(problems);
      const restored = await restore(body.config, controls);
      if (!restored.ok) return toInvalidBody(toBodyPaths(restored.error));
      return putConfig({ document: JSON.stringify(restored.value), reason: body.reason, seen }, call);
    },
  }),
  defineOperation({
    name: "config.check",
    method: "POST",
    path: "/config/check",
    summary: "Dry run: every problem of a configuration, and what it would change",
    isRead: true,
    body: object({ config }),
    bodyBytesMax: CONFIG_BYTES_MAX,
    answer: configCheckAnswer,
    handle: async ({ controls, body }) => {
      await controls.learn();
      const checked = checkDocument(body.config, controls);
      const restored = await restore(body.config, controls);
      const problems = [...checked.problems, ...(restored.ok ? [] : toBodyPaths(restored.error))];
      const latest = await readConfig(controls, undefined);
      const changes = diffShown(toActive(latest, controls), body.config, controls);
      const ended = problems.length > 0 ? [] : await warnOfOverrides(body.config, controls);
      const warnings = [...checked.warnings, ...ended];
      return toJson(200, { isValid: problems.length === 0, problems, warnings, changes });
    },
  }),
  defineOperation({
    name: "config.rollback",
    method: "POST",
    path: "/config/rollback",
    summary: "Activates an earlier version again, as a new version; 0 is the deployed file",
    body: object({ version: integerBetween(0, VERSION_MAX), reason }),
    needsIfMatch: true,
    answer: configAnswer,
    handle: async (call) => {
      const { controls, body, seen } = call;
      const known = await readConfig(controls, body.version);
      if (known === undefined) return toNotFound("version", String(body.version));
      const because = body.reason ?? `back to version ${body.version}`;
      return putConfig({ document: known.document, reason: because, seen }, call);
    },
  }),
  defineOperation({
    name: "config.history",
    method: "GET",
    path: "/config/versions",
    summary: "The versions that are kept, newest first, without their documents",
    query: pageQuery,
    answer: () => toPageSchema(configHistoryAnswer()),
    handle: async ({ controls, query }) => {
      const { items, next } = await askControl<Page<ConfigVersion>>(controls.bindings, async (control) =>
        control.listConfigs(toPageRequest(query)),
      );
      const latest = await readConfig(controls, undefined);
      const active = latest === undefined || hasEnded(latest, controls) ? undefined : latest.version;
      const toItem = (item: ConfigVersion): object => ({
        ...toHistoryItem(item),
        isActive: item.version === active,
      });
      return toPage({ items: items.map(toItem), next });
    },
  }),
  defineOperation({
    name: "config.version",
    method: "GET",
    path: "/config/versions/:version",
    summary: "One version with its document",
    answer: configAnswer,
    handle: async ({ controls, params }) => {
      const text = params["version"] ?? "";
      const version = /^(?:0|[1-9]\d{0,14})$/.test(text)
        ? await readConfig(controls, Number(text))
        : undefined;
      return version === undefined ? toNotFound("version", text) : toConfigResponse(version, controls);
    },
  }),
];

async function putConfig(
  change: Omit<ConfigChange, "file" | "changes">,
  { controls, by }: Call<unknown, unknown>,
): Promise<Response> {
  await controls.learn();
  const document = toDocument(change.document, controls);
  const { problems, warnings } = checkDocument(document, controls);
  if (problems.length > 0) return toInvalidBody(problems);
  const ended = await warnOfOverrides(document, controls);
  const before = toActive(await readConfig(controls, undefined), controls);
  const changes = toAudited(diffShown(before, document, controls));
  const file = fingerprintFile(controls.deployed, hashText);
  const changed = await askControl<Changed<ConfigVersion>>(controls.bindings, async (control) =>
    control.putConfig({ ...change, file, changes }, by),
  );
  await controls.learn();
  return toChangedResponse(changed, (version) =>
    toConfigResponse(version, controls, [...warnings, ...ended]),
  );
}

/** What is wrong with a configuration, and what may not change while gateways run; and what it says in vain. */
function checkDocument(
  document: unknown,
  { bindings, functions, prefix, config: inForce }: AdminControls,
): Checked {
  const parsed = parseConfig(document, bindings, functions);
  if (!parsed.ok) return { problems: toBodyPaths(parsed.error), warnings: [] };
  const checked = checkConfig(parsed.value);
  const problems = [...toBodyPaths(checked.problems)];
  const { admin, counters } = parsed.value;
  const isBound = (name: string): boolean => sends(bindings, name);
  if (admin.prefix !== prefix) {
    const message = `must stay "${prefix}", or this API would move away`;
    problems.push({ path: "config.admin.prefix", code: "invalid", message });
  }
  const { shards } = inForce().counters;
  if (counters.shards !== shards) {
    const message = `must stay ${shards}: with another number every counter would start afresh`;
    problems.push({ path: "config.counters.shards", code: "invalid", message });
  }
  problems.push(...toBodyPaths(findUnbound(parsed.value.alerts, isBound)));
  const missing = findUnboundQueues(parsed.value.routes, { isBound });
  const unreached = findUnboundMembers(parsed.value.pools, {
    isBound: (binding) => findFetcher(binding) !== undefined,
  });
  return { problems, warnings: toBodyPaths([...checked.warnings, ...missing, ...unreached]) };
}

/** E-mail, or messages to a queue. */
function sends(bindings: AdminControls["bindings"], name: string): boolean {
  const binding = (bindings as unknown as Readonly<Record<string, { readonly send?: unknown } | undefined>>)[
    name
  ];
  return typeof binding?.send === "function";
}

function toBodyPaths(problems: readonly Problem[]): readonly Problem[] {
  return problems.map(({ path, code, message }) => ({ path: `config.${path}`, code, message }));
}

async function readConfig(
  { bindings }: AdminControls,
  version: number | undefined,
): Promise<ConfigVersion | undefined> {
  return askControl<ConfigVersion | undefined>(bindings, async (control) => control.readConfig(version));
}

/** What holds, and what the newest version changes of the deployed file, whether it holds or a deploy has ended it. */
function toActiveResponse(latest: ConfigVersion, controls: AdminControls): Response {
  const { document } = latest;
  const isEnded = hasEnded(latest, controls);
  const body = {
    ...toHistoryItem(latest),
    isFile: document === undefined || isEnded,
    isSuperseded: isEnded,
    changes: diffShown(toDocument(undefined, controls), toDocument(document, controls), controls),
    config: redactConfig(toActive(latest, controls), toDigest(controls)),
  };
  return toJson(200, body, { ETag: `"${latest.version}"` });
}

function toConfigResponse(
  version: ConfigVersion,
  controls: AdminControls,
  warnings: readonly Problem[] = [],
): Response {
  const { document } = version;
  const isFile = document === undefined;
  const body = { ...toHistoryItem(version), isFile, config: toShown(document, controls) };
  return toJson(200, { ...body, ...toWarnings(warnings) }, { ETag: `"${version.version}"` });
}

function toHistoryItem({ document: _document, file: _file, ...version }: ConfigVersion): object {
  return version;
}

/** The active one: the newest version, unless a deploy has ended it. */
function toActive(latest: ConfigVersion | undefined, controls: AdminControls): unknown {
  const isFile = latest === undefined || hasEnded(latest, controls);
  return toDocument(isFile ? undefined : latest.document, controls);
}

function hasEnded(latest: ConfigVersion, { deployed }: AdminControls): boolean {
  return isSuperseded(latest, () => fingerprintFile(deployed, hashText));
}

function toDocument(document: string | undefined, { deployed }: AdminControls): unknown {
  return document === undefined ? showFile(deployed) : (JSON.parse(document) as unknown);
}

/** What differs, secrets by their masks: a changed one is seen to have changed. */
function diffShown(before: unknown, after: unknown, controls: AdminControls): ReturnType<typeof diffValues> {
  const digest = toDigest(controls);
  return diffValues(redactConfig(before, digest), redactConfig(after, digest), CHANGES_MAX);
}

function toShown(document: string | undefined, controls: AdminControls): unknown {
  return redactConfig(toDocument(document, controls), toDigest(controls));
}

/** The document with the secrets that were masked when the active configuration, or the deployed file, was shown. */
async function restore(document: unknown, controls: AdminControls): Promise<Result<unknown>> {
  const latest = await readConfig(controls, undefined);
  const secrets = new Map<string, string>();
  const digest = toDigest(controls);
  for (const known of [undefined, latest?.document])
    redactConfig(toDocument(known, controls), digest, secrets);
  return restoreConfig(document, secrets, digest);
}

/** As much as a line of the audit log takes: the versions have the rest. */
function toAudited(changes: ReturnType<typeof diffValues>): unknown {
  const first = changes.slice(0, AUDITED_CHANGES_MAX);
  return JSON.stringify(first).length > AUDITED_LENGTH_MAX ? first.map(({ path }) => path) : first;
}

/** Who does not know the deployment's own secret cannot try out what a mask may stand for. */
function toDigest({ bindings: { ADMIN_TOKEN = "" } }: AdminControls): Digest {
  return (secret) => hashText(`${hashText(ADMIN_TOKEN)} ${secret}`).slice(0, 8);
}
