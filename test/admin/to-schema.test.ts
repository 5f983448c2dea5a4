// The JSON Schemas of the document against those of a converter for all of valibot.

import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { expect, test } from "vitest";
import { operations } from "../../src/admin/operations.ts";
import { toSchema } from "../../src/admin/to-schema.ts";
import { entryKinds } from "../../src/core/control/entries.ts";

function toExpected(schema: v.GenericSchema): object {
  const { $schema: _schema, ...converted } = toJsonSchema(schema, {
    typeMode: "output",
    ignoreActions: ["check", "transform"],
    overrideSchema: ({ valibotSchema }) => (valibotSchema.type === "custom" ? { type: "object" } : undefined),
  });
  return converted;
}

const schemas = [
  ...operations.flatMap(({ name, body, query }) => [
    { name: `the body of ${name}`, schema: body },
    { name: `the query of ${name}`, schema: query },
  ]),
  ...Object.entries(entryKinds).map(([kind, { body }]) => ({ name: `an entry of ${kind}`, schema: body })),
].flatMap(({ name, schema }) => (schema === undefined ? [] : [{ name, schema }]));

test.each(schemas)("toSchema() says of $name all that can be said", ({ schema }) => {
  expect(toSchema(schema)).toEqual(toExpected(schema));
});
