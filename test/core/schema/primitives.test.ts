import type * as v from "valibot";
import { expect, test } from "vitest";
import { parseWith } from "../../../src/core/schema/parse-with.ts";
import {
  duration,
  integerBetween,
  LIMIT_MAX,
  oneOf,
  quota,
  switchedOn,
} from "../../../src/core/schema/primitives.ts";

function read(schema: v.GenericSchema, value: unknown): unknown {
  const parsed = parseWith(schema, value, "it");
  return parsed.ok ? parsed.value : parsed.error.map(({ code, message }) => `${code}: ${message}`);
}

const NO_DURATION =
  'must be a duration of 1ms to 400d, in ms, s, m, h, d or w, such as "10s", "1h30m" or "7d"';
const NO_QUOTA = "must be a whole number from 1 to 1099511627776";

const rows: readonly (readonly [name: string, schema: v.GenericSchema, given: unknown, wanted: unknown])[] = [
  ["duration", duration, "10s", 10_000],
  ["duration", duration, "10", [`invalid: ${NO_DURATION}, received "10"`]],
  ["duration", duration, 10, [`invalid: ${NO_DURATION}, received 10; did you mean "10s"?`]],
  ["duration", duration, undefined, [`missing: ${NO_DURATION}, received nothing`]],
  ["quota", quota, 1, 1],
  ["quota", quota, LIMIT_MAX, LIMIT_MAX],
  ["quota", quota, 0, [`invalid: ${NO_QUOTA}, received 0`]],
  ["quota", quota, -0.5, [`invalid: ${NO_QUOTA}, received -0.5`]],
  ["quota", quota, LIMIT_MAX + 1, [`invalid: ${NO_QUOTA}, received 1099511627777`]],
  ["quota", quota, Infinity, [`invalid: ${NO_QUOTA}, received Infinity`]],
  ["quota", quota, Number.NaN, [`invalid: ${NO_QUOTA}, received NaN`]],
  ["quota", quota, "5", [`invalid: ${NO_QUOTA}, received "5"`]],
  ["quota", quota, 5n, [`invalid: ${NO_QUOTA}, received a bigint`]],
  ["integerBetween(0, 2)", integerBetween(0, 2), 0, 0],
  [
    "integerBetween(0, 2)",
    integerBetween(0, 2),
    3,
    ["invalid: must be a whole number from 0 to 2, received 3"],
  ],
  ["oneOf(a, b)", oneOf(["a", "b"]), "b", "b"],
  ["oneOf(a, b)", oneOf(["a", "b"]), "c", ['invalid: must be one of "a", "b", received "c"']],
  ["switchedOn", switchedOn, false, false],
  ["switchedOn", switchedOn, "false", ['invalid: must be true or false, received "false"']],
];

test.each(rows)("%s reads %o %o", (_name, schema, given, wanted) => {
  expect(read(schema, given)).toEqual(wanted);
});
