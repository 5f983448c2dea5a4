// docs/storage-schema.md against the code: every member of every stored state and of a stored response is named.

import { describe, expect, test } from "vitest";
import type { Algorithm } from "../../src/core/algorithms/algorithm.ts";
import { algorithms } from "../../src/core/algorithms/registry.ts";
import { createStoredResponse } from "../../src/core/cache/create-stored-response.ts";
import { settings } from "../core/cache/samples.ts";
import { findTable, readCodes, readText } from "./markdown.ts";

const schema = readText("docs/storage-schema.md");
const registry = Object.entries(algorithms) as [string, Algorithm<unknown, unknown>][];

describe("docs/storage-schema.md", () => {
  const states = findTable(schema, ["algorithm", "members of its state"]);

  test("has the state of every algorithm", () => {
    expect(states.rows.map(([name = ""]) => readCodes(name)[0])).toEqual(Object.keys(algorithms));
  });

  test.each(registry)("names every member of a %s's state", (name, algorithm) => {
    const config = algorithm.parseConfig({ limit: 10, window: "1m", period: "day" });
    if (!config.ok) throw new Error(config.error[0]?.message);
    const { state } = algorithm.decide(config.value, undefined, { nowMs: 1_000_000, cost: 1 });
    const [, members = ""] = states.rows.find(([cell]) => cell === `\`${name}\``) ?? [];
    expect(readCodes(members)).toEqual(expect.arrayContaining(Object.keys(state as object)));
  });

  test("names every member of a stored response, and no other", () => {
    const { record } = createStoredResponse(
      {
        request: {
          method: "GET",
          target: { scheme: "https", host: "api.example.com", path: "/", query: "" },
          fields: { get: () => null },
          hasBody: false,
        },
        response: { status: 200, fields: [] },
        requestTimeMs: 0,
        responseTimeMs: 0,
        generation: 0,
        mark: "",
      },
      settings(),
    );
    const { rows } = findTable(schema, ["member of a record"]);
    expect(rows.flatMap(([member = ""]) => readCodes(member)).sort()).toEqual(Object.keys(record).sort());
  });
});
