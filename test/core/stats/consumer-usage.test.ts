import { describe, expect, test } from "vitest";
import { addConsumerCounts, PastUsage, sumUsage, toDayMs } from "../../../src/core/stats/consumer-usage.ts";
import { HOUR_MS, type StatsRow } from "../../../src/core/stats/stats-book.ts";
import type { Tops } from "../../../src/core/stats/stats-messages.ts";

const NOW_MS = 1_000 * HOUR_MS + 60_000;
const row = (hoursAgo: number, tops: Tops): StatsRow => ({
  atMs: (1_000 - hoursAgo) * HOUR_MS,
  counts: [],
  histograms: [],
  tops,
});

const sort = <Count>(counts: readonly Count[]): readonly Count[] =>
  counts.toSorted((one, other) => (String(one) < String(other) ? -1 : 1));

describe("PastUsage", () => {
  const past = new PastUsage(
    [
      row(25, { usage: [["plan\nacme", 1]], reasons: [["acme\nbanned", 3]] }),
      row(24, { usage: [["plan\nacme", 10]], denials: [["plan\nhash-1\nacme", 2]] }),
      row(1, {
        usage: [
          ["plan\nacme", 100],
          ["plan\nother-one", 5],
          ["other", 7],
        ],
        denials: [
          ["plan\nhash-2\nacme", 3],
          ["plan\nhash-3\n", 4],
        ],
        modelCalls: [["acme\nm", 6]],
        countries: [["acme", 9]],
      }),
    ],
    toDayMs(NOW_MS),
  );
  const minutes = sumUsage([
    row(0, { usage: [["plan\nacme", 1_000]], reasons: [["acme\nquota-exceeded", 1]] }),
  ]);

  test("adds up a consumer's own of 24 hours and of all, by what it is counted by, with what came since", () => {
    const { day, month } = past.read("acme", minutes);
    expect({ day: sort(day), month: sort(month) }).toEqual({
      day: [
        ["denials", "plan", 5],
        ["modelCalls", "m", 6],
        ["reasons", "quota-exceeded", 1],
        ["usage", "plan", 1_110],
      ],
      month: [
        ["denials", "plan", 5],
        ["modelCalls", "m", 6],
        ["reasons", "banned", 3],
        ["reasons", "quota-exceeded", 1],
        ["usage", "plan", 1_111],
      ],
    });
  });

  test("keeps 20,000 consumers: those that came last", () => {
    const many = Array.from({ length: 20_000 }, (_, at): [string, number] => [`plan\nconsumer-${at}`, 1]);
    const sums = sumUsage([row(2, { usage: [["plan\nof-long-ago", 1]] }), row(1, { usage: many })]);
    expect([sums.size, sums.has("of-long-ago")]).toEqual([20_000, false]);
  });

  test("says nothing of who came never, nor of those that are no consumer's", () => {
    for (const name of ["", "other", "nobody", "plan", "hash-3"])
      expect(past.read(name, minutes)).toEqual({ day: [], month: [] });
  });
});

test("addConsumerCounts() adds up the same of several places", () => {
  const one = [["usage", "plan", 1]] as const;
  expect(addConsumerCounts([one, [...one, ["denials", "plan", 4]]])).toEqual([
    ["usage", "plan", 2],
    ["denials", "plan", 4],
  ]);
});
