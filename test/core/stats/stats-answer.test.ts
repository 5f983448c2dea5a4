// The examples of docs/admin-api.md are what the dashboard and the command line are built against: the schemas read them.

import { expect, test } from "vitest";
import { parseWith } from "../../../src/core/schema/parse-with.ts";
import { toStatsKeysSchema, toStatsSchema, toStatsTailSchema } from "../../../src/core/stats/stats-answer.ts";
import { readCodeBlocks, readText } from "../../project/markdown.ts";

const section = readText("docs/admin-api.md").split("\n## Statistics\n")[1]?.split("\n## ")[0] ?? "";
const examples = readCodeBlocks(section).filter(({ language }) => language === "json");

test.each([
  ["GET /stats", 0, toStatsSchema()],
  ["GET /stats/keys", 1, toStatsKeysSchema()],
  ["GET /stats/tail", 2, toStatsTailSchema()],
])("the document's example of %s is what its schema says", (_name, at, schema) => {
  const example = JSON.parse(examples[at]?.text ?? "") as Readonly<Record<string, unknown>>;
  expect(parseWith(schema, example)).toEqual({ ok: true, value: example });
  expect(parseWith(schema, { ...example, unknown: 1 }).ok).toBe(false);
});
