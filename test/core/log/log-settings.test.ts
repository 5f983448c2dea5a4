import { expect, it } from "vitest";
import { logSchema } from "../../../src/core/log/log-settings.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";

const SINK = { url: "https://logs.example.com/in" };

function findProblems(log: unknown): readonly string[] {
  const parsed = parseWith(logSchema, log, "log");
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path}: ${message}`);
}

it.each([
  {},
  { sinks: [SINK] },
  { sinks: [{ url: "http://127.0.0.1:3100/loki/api/v1/push", format: "loki" }] },
  {
    sinks: [{ urlSecret: "LOGS_URL", fields: { Authorization: "LOGS_TOKEN" }, shape: "ocsf" }],
    console: false,
  },
])("logSchema takes %j", (log) => {
  expect(findProblems(log)).toEqual([]);
});

it.each([
  [{ sinks: [{ url: "http://logs.example.com/in" }] }, /log\.sinks\.0\.url: must be an https URL/],
  [{ sinks: [{ url: "https://user:secret@logs.example.com/" }] }, /log\.sinks\.0\.url: must be an https URL/],
  [{ sinks: [{ url: "http://127.0.0.1.example.com/" }] }, /log\.sinks\.0\.url: must be an https URL/],
  [{ sinks: [{}] }, /log\.sinks\.0: must have exactly one of "url" and "urlSecret"/],
  [{ sinks: [{ ...SINK, urlSecret: "LOGS_URL" }] }, /exactly one of/],
  [{ sinks: [{ ...SINK, fields: { Authorization: "Bearer abc" } }] }, /must be the name of a secret/],
  [{ sinks: [{ ...SINK, fields: { "X Y": "LOGS_TOKEN" } }] }, /must be a header field's name/],
  [{ sinks: [{ ...SINK, format: "lokki" }] }, /did you mean "loki"/],
  [{ sinks: [SINK, SINK, SINK, SINK, SINK] }, /must name at most 4 sinks/],
  [{ console: false }, /log\.console: must be true where there are no sinks/],
  [{ allowed: 2 }, /log\.allowed: must be a share/],
])("logSchema refuses %j", (log, wanted) => {
  expect(findProblems(log).join("; ")).toMatch(wanted);
});
