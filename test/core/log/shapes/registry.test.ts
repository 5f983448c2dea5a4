// The common schemas: what their references require, and that nothing of a line is lost on the way.

import * as v from "valibot";
import { expect, it } from "vitest";
import { toEcs } from "../../../../src/core/log/shapes/ecs.ts";
import { toOcsf } from "../../../../src/core/log/shapes/ocsf.ts";
import { ALLOWED, DENIED, findIssues, LINES, OPENED } from "../support.ts";

const SENDER = { name: "edge-eu" };
const toJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const text = v.string();

/** Allowed values: https://www.elastic.co/guide/en/ecs/8.17/ecs-category-field-values-reference.html */
const ecs = v.strictObject({
  "@timestamp": v.pipe(text, v.isoTimestamp()),
  ecs: v.strictObject({ version: text }),
  message: text,
  event: v.strictObject({
    kind: v.literal("event"),
    category: v.optional(v.array(v.literal("web"))),
    type: v.array(v.picklist(["allowed", "denied", "error", "info"])),
    action: text,
    outcome: v.picklist(["success", "failure", "unknown"]),
    code: v.optional(text),
    reason: v.optional(text),
    duration: v.optional(v.pipe(v.number(), v.integer())),
  }),
  log: v.strictObject({ level: text }),
  service: v.strictObject({ name: text, type: text }),
  http: v.optional(
    v.strictObject({
      request: v.optional(v.strictObject({ id: v.optional(text), method: text })),
      response: v.optional(v.strictObject({ status_code: v.number() })),
    }),
  ),
  // The field's type is ip: a network is refused.
  client: v.optional(v.strictObject({ ip: v.pipe(text, v.ip()) })),
  user: v.optional(v.strictObject({ name: text })),
  rule: v.optional(v.strictObject({ name: v.array(text) })),
  headgate: v.record(text, v.unknown()),
});

const id = (...ids: number[]): v.GenericSchema => v.picklist(ids);
const base = {
  time: v.pipe(v.number(), v.integer()),
  severity_id: id(0, 1, 2, 3, 4, 5, 6, 99),
  message: text,
  metadata: v.strictObject({
    version: v.pipe(text, v.regex(/^\d+\.\d+\.\d+$/)),
    product: v.strictObject({ name: text, vendor_name: text }),
    log_name: text,
    event_code: text,
    profiles: v.array(text),
  }),
  unmapped: v.record(text, v.unknown()),
};
const httpActivity = v.strictObject({
  ...base,
  category_uid: id(4),
  class_uid: id(4002),
  activity_id: id(1, 2, 3, 4, 5, 6, 7, 8, 9, 99),
  type_uid: v.number(),
  action_id: id(1, 2),
  disposition_id: id(1, 2, 15, 27),
  http_request: v.strictObject({ http_method: text, uid: v.optional(text) }),
  http_response: v.optional(v.strictObject({ code: v.number() })),
  src_endpoint: v.optional(v.strictObject({ ip: v.pipe(text, v.ip()) })),
  actor: v.optional(v.strictObject({ user: v.strictObject({ name: text }) })),
  policy: v.optional(v.strictObject({ name: text })),
  duration: v.optional(v.number()),
});
const baseEvent = v.strictObject({
  ...base,
  category_uid: id(0),
  class_uid: id(0),
  activity_id: id(99),
  type_uid: id(99),
});

it("toEcs() writes what the schema takes", () => {
  for (const line of LINES) expect(findIssues(ecs, toJson(toEcs(line, SENDER)))).toEqual([]);
});

it("toEcs() says who was denied what", () => {
  expect(toEcs(DENIED, SENDER)).toMatchObject({
    "@timestamp": DENIED.time,
    event: { type: ["denied"], outcome: "failure", code: "quota-exceeded", duration: 2_500_000 },
    http: { request: { id: "8f0123456789abcd-AMS", method: "GET" }, response: { status_code: 429 } },
    user: { name: "acme" },
    rule: { name: ["search", "daily"] },
    headgate: { route: "GET /search", key: DENIED["key"], retryAfterMs: 10_349, counterMs: 2, version: 3 },
  });
  expect(toEcs(ALLOWED, SENDER)).toMatchObject({ event: { type: ["allowed"], outcome: "success" } });
  expect(toJson(toEcs(OPENED, SENDER))).not.toHaveProperty("http");
});

it("toOcsf() writes HTTP Activity for requests and base events for the rest", () => {
  expect(findIssues(httpActivity, toJson(toOcsf(DENIED, SENDER)))).toEqual([]);
  expect(findIssues(httpActivity, toJson(toOcsf(ALLOWED, SENDER)))).toEqual([]);
  expect(findIssues(baseEvent, toJson(toOcsf(OPENED, SENDER)))).toEqual([]);
});

it.each([
  ["GET", 3, 400_203],
  ["PATCH", 9, 400_209],
  ["PURGE", 99, 400_299],
])("toOcsf() numbers %s", (method, activity_id, type_uid) => {
  expect(toOcsf({ ...DENIED, method }, SENDER)).toMatchObject({ activity_id, type_uid });
});

it("toOcsf() tells what was blocked from what was let through", () => {
  expect(toOcsf(DENIED, SENDER)).toMatchObject({ action_id: 2, disposition_id: 2 });
  expect(toOcsf({ ...DENIED, event: "shadow" }, SENDER)).toMatchObject({ action_id: 1, disposition_id: 15 });
  expect(toOcsf(ALLOWED, SENDER)).toMatchObject({ action_id: 1, disposition_id: 1 });
});

it("no field of a line is lost in any shape", () => {
  for (const line of LINES)
    for (const shaped of [toEcs(line, SENDER), toOcsf(line, SENDER)]) {
      const written = JSON.stringify(shaped);
      for (const [field, value] of Object.entries(line).filter(([, one]) => one !== undefined)) {
        if (field === "time" || field === "ms") continue;
        for (const one of [value].flat()) expect(written, field).toContain(String(one));
      }
    }
});
