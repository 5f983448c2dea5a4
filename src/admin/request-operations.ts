// Consumers' requests for a higher limit: an operator lists them, grants one by an override that ends, or refuses it.

import * as v from "valibot";
import type { Changed, Created } from "../core/control/control-messages.ts";
import { type LimitRequest, overrideLimit, textUpTo, timeMs } from "../core/control/entries.ts";
import { object } from "../core/schema/parse-with.ts";
import { acceptEntry, toWarnings } from "./accept-entry.ts";
import { askControl, toChangedResponse } from "./ask-control.ts";
import { createEntryOperations, readEntry } from "./entry-operations.ts";
import { toEntrySchema } from "./json-schemas.ts";
import { defineOperation, type Operation } from "./operation.ts";
import { toJson, toNotFound, toProblem } from "./problem.ts";

export const requestOperations: readonly Operation[] = [
  ...createEntryOperations("requests"),
  defineOperation({
    name: "requests.grant",
    method: "POST",
    path: "/requests/:id/grant",
    summary: "Grants a request: makes the override that it asks for, or one of another limit, until it ends",
    body: object({
      limit: v.optional(overrideLimit),
      expiresAtMs: timeMs,
      answer: v.optional(textUpTo(500)),
    }),
    needsIfMatch: true,
    answer: () => toEntrySchema("overrides"),
    handle: async (call) => {
      const { controls, body: given, seen, by } = call;
      const request = (await readEntry("requests", call)) as LimitRequest | undefined;
      if (request === undefined) return toNotFound("request for a higher limit", call.params["id"] ?? "");
      const { id, revision, createdAtMs: _createdAtMs, ...asked } = request;
      if (seen !== undefined && seen !== revision) return toProblem(412, "stale");
      if (asked.state !== "open") return toProblem(409, "answered");
      const { limit = asked.limit, expiresAtMs, answer } = given;
      const reason = `${asked.consumer} asked for it (${id})`;
      const { policy, key } = asked;
      const accepted = await acceptEntry("overrides", { policy, key, limit, expiresAtMs, reason }, controls);
      if (!accepted.ok) return accepted.error;
      const { body, warnings } = accepted.value;
      // What holds for longer is shown for as long.
      const kept = { expiresAtMs: Math.max(asked.expiresAtMs ?? 0, expiresAtMs), untilMs: expiresAtMs };
      const granted = { ...asked, ...kept, answer, limit: Number(limit) || asked.limit };
      const granting = { id, seen: revision, body: { ...granted, state: "granted" as const } };
      const changed = await askControl<Changed<Created>>(controls.bindings, async (control) =>
        control.createEntry({ kind: "overrides", body, granting }, by),
      );
      await controls.learn();
      return toChangedResponse(changed, ({ entry }) => toJson(200, { ...entry, ...toWarnings(warnings) }));
    },
  }),
];
