// Consumers' requests for a higher limit: an operator lists them, grants one by an override that ends, or refuses it.

import * as v from "valibot";
import type { RequestChange, RequestChanged } from "../core/control/control-messages.ts";
import { type LimitRequest, overrideLimit, textUpTo, timeMs } from "../core/control/entries.ts";
import { object } from "../core/schema/parse-with.ts";
import { acceptEntry, toWarnings } from "./accept-entry.ts";
import { askControl, toChangedResponse } from "./ask-control.ts";
import { createEntryOperations, readEntry } from "./entry-operations.ts";
import { toEntrySchema } from "./json-schemas.ts";
import { type Call, defineOperation, type Operation } from "./operation.ts";
import { toJson, toNotFound, toProblem } from "./problem.ts";

const said = textUpTo(500);

export const requestOperations: readonly Operation[] = [
  // What a consumer has written nobody changes.
  ...createEntryOperations("requests").filter(({ name }) => name !== "requests.update"),
  defineOperation({
    name: "requests.grant",
    method: "POST",
    path: "/requests/:id/grant",
    summary: "Grants a request: makes the override that it asks for, or one of another limit, until it ends",
    body: object({
      limit: v.optional(overrideLimit),
      expiresAtMs: timeMs,
      answer: v.optional(said),
    }),
    needsIfMatch: true,
    answer: () => toEntrySchema("requests"),
    handle: async (call) => {
      const { controls, params, body, seen } = call;
      const id = params["id"] ?? "";
      const request = (await readEntry("requests", call)) as LimitRequest | undefined;
      if (request === undefined) return toNotFound("request for a higher limit", id);
      const { policy, key, consumer } = request;
      const { limit = request.limit, expiresAtMs, answer } = body;
      const reason = `${consumer} asked for it (${id})`;
      const accepted = await acceptEntry("overrides", { policy, key, limit, expiresAtMs, reason }, controls);
      if (!accepted.ok) return accepted.error;
      const { body: override, warnings } = accepted.value;
      const answered = await askChange({ kind: "grant", id, seen, override, answer }, call);
      await controls.learn();
      return toAnswered(answered, toWarnings(warnings));
    },
  }),
  defineOperation({
    name: "requests.refuse",
    method: "POST",
    path: "/requests/:id/refuse",
    summary: "Refuses a request, and says why to the consumer that made it",
    body: object({ answer: said }),
    needsIfMatch: true,
    answer: () => toEntrySchema("requests"),
    handle: async (call) => {
      const { params, body, seen } = call;
      return toAnswered(await askChange({ kind: "refuse", id: params["id"] ?? "", seen, ...body }, call));
    },
  }),
];

function askChange(change: RequestChange, { controls, by }: Call<unknown, unknown>): Promise<RequestChanged> {
  return askControl<RequestChanged>(controls.bindings, async (control) => control.changeRequest(change, by));
}

function toAnswered(changed: RequestChanged, members: object = {}): Response {
  if (changed.ok)
    return toJson(200, { ...changed.value, ...members }, { ETag: `"${changed.value.revision}"` });
  const { error } = changed;
  if (error === "answered") return toProblem(409, "answered");
  // A consumer's own bounds are no operator's.
  return toChangedResponse(
    { ok: false, error: error === "enough" || error === "too-often" ? "full" : error },
    () => toJson(200, {}),
  );
}
