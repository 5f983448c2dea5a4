import { describe, expect, test } from "vitest";
import { type ModelCall, MODEL_LISTS, ModelUsage } from "../../../src/core/stats/model-usage.ts";
import type { StatsFigures, TopName } from "../../../src/core/stats/stats-messages.ts";
import { toStatsAnswer } from "../../../src/core/stats/to-answer.ts";
import { addTops, createTops, toTops } from "../../../src/core/stats/tops.ts";

const CALL: ModelCall = { consumer: "a", model: "m", input: 3, output: 5, cachedInput: 0, microUsd: 0 };

function answer(tops: ReturnType<typeof toTops>): ReturnType<typeof toStatsAnswer>["models"] {
  const figures: StatsFigures = {
    counts: [],
    histograms: [],
    tops: Object.entries(tops).flatMap(([list, entries]) =>
      entries.map(([key, units]) => [list as TopName, key, [units]] as const),
    ),
    state: {
      lagMs: 0,
      intervalMs: 0,
      isolates: 1,
      now: { pools: [], usage: [] },
      lost: { series: 0, reports: 0 },
    },
  };
  const question = {
    version: 1,
    step: "minute",
    fromMs: 0,
    toMs: 60_000,
    pointMs: 60_000,
    isWatched: false,
  } as const;
  return toStatsAnswer([figures], { question, nowMs: 0, places: { answered: [], unanswered: [] } }).models;
}

function count(calls: readonly Partial<ModelCall>[]): ReturnType<typeof toTops> {
  const tops = createTops();
  const usage = new ModelUsage();
  for (const call of calls) usage.count(tops, { ...CALL, ...call });
  return toTops(tops);
}

const sum = (entries: readonly (readonly [string, number])[] = []): number =>
  entries.reduce((all, [, units]) => all + units, 0);

describe("what calls of models used", () => {
  test("is added up by consumer and model, each kind by itself", () => {
    const tops = count([
      {},
      { input: 4, cachedInput: 2 },
      { model: "n", microUsd: 80 },
      { consumer: "", model: undefined },
    ]);
    expect(answer(tops)).toEqual([
      { consumer: "a", model: "m", kind: "calls", counts: [2] },
      { consumer: "a", model: "n", kind: "calls", counts: [1] },
      { consumer: "", model: "", kind: "calls", counts: [1] },
      { consumer: "a", model: "m", kind: "input", counts: [7] },
      { consumer: "a", model: "n", kind: "input", counts: [3] },
      { consumer: "", model: "", kind: "input", counts: [3] },
      { consumer: "a", model: "m", kind: "output", counts: [10] },
      { consumer: "a", model: "n", kind: "output", counts: [5] },
      { consumer: "", model: "", kind: "output", counts: [5] },
      { consumer: "a", model: "m", kind: "cachedInput", counts: [2] },
      { consumer: "a", model: "n", kind: "microUsd", counts: [80] },
    ]);
  });

  test("is nothing in a report in which no model was called", () => {
    expect(toTops(createTops())).toEqual({});
    expect([new ModelUsage().isEmpty, answer({})]).toEqual([true, []]);
  });

  test("stays small, whatever names a client invents, and loses none of the sum", () => {
    const names = Array.from({ length: 10_000 }, (_, at) => ({
      model: `invented-${at}\n${"x".repeat(9_999)}`,
    }));
    const tops = count([{ consumer: "b" }, ...names]);
    expect(tops.modelCalls?.length).toBe(1 + 20 + 1);
    expect(JSON.stringify(tops).length).toBeLessThan(6_000);
    expect([sum(tops.modelCalls), sum(tops.inputTokens)]).toEqual([10_001, 30_003]);
    expect(tops.modelCalls).toContainEqual(["b\nm", 1]);
    // A name is one label.
    expect(answer(tops).every(({ model }) => !model.includes("\n"))).toBe(true);
  });

  test("is bounded by consumer too, and what an answer names of it", () => {
    const tops = count(Array.from({ length: 5_000 }, (_, at) => ({ consumer: `c${at}` })));
    expect(tops[MODEL_LISTS.calls]?.length).toBeLessThanOrEqual(501);
    expect(sum(tops.modelCalls)).toBe(5_000);
    const calls = answer(tops).filter(({ kind }) => kind === "calls");
    expect(calls).toHaveLength(201);
    expect(calls.at(-1)).toMatchObject({ consumer: "other", model: "other" });
    expect(calls.reduce((all, { counts: [units = 0] }) => all + units, 0)).toBe(5_000);
  });

  test("of a later version's report all is taken that this one knows", () => {
    const lists = createTops();
    addTops(lists, { ...count([{}]), unheardOf: [["a", 1]] } as ReturnType<typeof toTops>);
    expect(toTops(lists).modelCalls).toEqual([["a\nm", 1]]);
  });
});
