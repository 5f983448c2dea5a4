import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ASK_MEMBERS } from "../../../src/core/usage/ask-usage.ts";
import { listEstimateMembers } from "../../../src/core/usage/estimate.ts";
import { usageApis } from "../../../src/core/usage/formats.ts";
import {
  countElements,
  isReadableType,
  readMembers,
  toPlainText,
  toWantedMembers,
} from "../../../src/core/body/body-members.ts";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
const wanted = toWantedMembers(["json:batch", "form:batch", "form:max_tokens"]);

function read(text: string, type: string, label: string): unknown {
  if (wanted === undefined) throw new Error("something is wanted");
  return readMembers(text, type, wanted)(label);
}

describe("readMembers()", () => {
  test.each([
    ["batch=%5B1%2C2%5D&x=1", "form:batch", { kind: "text", text: "[1,2]" }],
    ["batch=a+b%20c", "form:batch", { kind: "text", text: "a b c" }],
    ["%62atch=1", "form:batch", { kind: "text", text: "1" }],
    ["x=1", "form:batch", { kind: "missing" }],
    ["", "form:batch", { kind: "missing" }],
    ["batch=1&batch=1", "form:batch", { kind: "text", text: "1" }],
    // An origin may take any of them.
    ["batch=1&batch=2", "form:batch", { kind: "unknown" }],
    ["batch=1&batch=2&batch=1", "form:batch", { kind: "unknown" }],
    ["batch=%FF", "form:batch", { kind: "unknown" }],
    ["batch[0]=1", "form:batch", { kind: "unknown" }],
    ["batch%5B%5D=1", "form:batch", { kind: "unknown" }],
    ["BATCH=1", "form:batch", { kind: "unknown" }],
    ["max.tokens=1", "form:max_tokens", { kind: "unknown" }],
    ['{"batch":[1]}', "form:batch", { kind: "unknown" }],
    ["batch=1", "json:batch", { kind: "unknown" }],
  ])("of the form %s says of %s what an origin may see", (text, label, value) => {
    expect(read(text, FORM, label)).toEqual(value);
    expect(read(text, ` ${FORM.toUpperCase()} ; charset=utf-8`, label)).toEqual(value);
  });

  test.each([JSON_TYPE, "text/plain", "", "multipart/form-data", `${FORM}, ${JSON_TYPE}`])(
    "reads a body of type %j as JSON",
    (type) => {
      expect(read('{"batch":[1,2,3]}', type, "json:batch")).toEqual({ kind: "list", count: 3 });
      expect(read("batch=1", type, "json:batch")).toEqual({ kind: "unknown" });
      expect(read('{"batch":1}', type, "form:batch")).toEqual({ kind: "unknown" });
    },
  );

  test("reads every form as URLSearchParams does, or says that it does not know", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom("batch", "x", "batchx"), fc.string())), (pairs) => {
        const params = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value]));
        const values = new Set(params.getAll("batch"));
        const [first] = values;
        const expected =
          values.size > 1
            ? { kind: "unknown" }
            : first === undefined
              ? { kind: "missing" }
              : { kind: "text", text: first };
        expect(read(params.toString(), FORM, "form:batch")).toEqual(expected);
      }),
    );
  });
});

test.each([
  [{ "content-type": JSON_TYPE }, true],
  [{ "content-type": 'application/json; charset="UTF-8"' }, true],
  [{ "content-type": "application/json;charset=utf8;x=1" }, true],
  [{ "content-encoding": "identity" }, true],
  [{}, true],
  [{ "content-encoding": "gzip" }, false],
  [{ "content-encoding": "identity, br" }, false],
  [{ "content-type": "application/json; charset=shift_jis" }, false],
  [{ "content-type": "application/json; charset=utf-16" }, false],
  [{ "content-type": "application/json; charset=utf-8-x" }, false],
])("isReadableType() of %j is %s", (fields, is) => {
  expect(isReadableType((name) => (fields as Record<string, string>)[name])).toBe(is);
});

test.each([
  [{ kind: "list", count: 4 } as const, 4],
  [{ kind: "text", text: ' [{"a":[1,2]},null,"]"] ' } as const, 3],
  [{ kind: "text", text: "[]" } as const, 0],
  [{ kind: "text", text: "[1,2" } as const, undefined],
  [{ kind: "text", text: '{"a":1}' } as const, undefined],
  [{ kind: "number", text: "7" } as const, undefined],
  [{ kind: "unknown" } as const, undefined],
])("countElements() of %j is %s", (value, count) => {
  expect(countElements(value)).toBe(count);
});

test.each([
  [{ kind: "text", text: "m" } as const, "m"],
  [{ kind: "number", text: "1.0" } as const, "1"],
  [{ kind: "number", text: "1e2" } as const, "100"],
  [{ kind: "number", text: "12345678901234567891" } as const, "12345678901234567891"],
  [{ kind: "number", text: "0.1" } as const, "0.1"],
  [{ kind: "boolean", text: "true" } as const, "true"],
  [{ kind: "list", count: 1 } as const, undefined],
  [{ kind: "unknown" } as const, undefined],
])("toPlainText() of %j is %s", (value, text) => {
  expect(toPlainText(value)).toBe(text);
});

describe("what tokens are estimated from", () => {
  const given = {
    model: "m",
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 1,
    max_completion_tokens: 2,
    max_output_tokens: 3,
    n: 4,
    best_of: 5,
    generationConfig: { maxOutputTokens: 6, candidateCount: 7 },
    inferenceConfig: { maxTokens: 8 },
  };
  const labels = [...new Set([...usageApis.flatMap((api) => listEstimateMembers(api)), ...ASK_MEMBERS])];
  const names = Object.keys(given);
  const pick = (from: number, to: number): object =>
    Object.fromEntries(Object.entries(given).slice(from, to));
  const content = `\\"}]\u00e9 ${"word ".repeat(209_000)}`;
  const prompt = { messages: [{ content }] };

  test.each([
    ["before", { ...given, ...prompt }],
    ["behind", { ...prompt, ...given }],
    ["on both sides of", { ...pick(0, 5), ...prompt, ...pick(5, names.length) }],
  ])("is found %s a prompt of a megabyte", (_where, body) => {
    const text = JSON.stringify(body);
    expect([text.length > 1_000_000, text.length < 1_048_576]).toEqual([true, true]);
    const member = readMembers(text, JSON_TYPE, toWantedMembers(labels) ?? expect.fail());
    const found = Object.fromEntries(labels.map((label) => [label, member(label)]));
    expect(found).toEqual({
      "prompt:": { kind: "number", text: String(Math.ceil(content.length / 4)) },
      "json:model": { kind: "text", text: "m" },
      "json:stream": { kind: "boolean", text: "true" },
      "json:stream_options": { kind: "object" },
      "json:stream_options.include_usage": { kind: "boolean", text: "true" },
      "json:max_tokens": { kind: "number", text: "1" },
      "json:max_completion_tokens": { kind: "number", text: "2" },
      "json:max_output_tokens": { kind: "number", text: "3" },
      "json:n": { kind: "number", text: "4" },
      "json:best_of": { kind: "number", text: "5" },
      "json:generationConfig.maxOutputTokens": { kind: "number", text: "6" },
      "json:generationConfig.candidateCount": { kind: "number", text: "7" },
      "json:inferenceConfig.maxTokens": { kind: "number", text: "8" },
    });
  });
});
