import { expect, test } from "vitest";
import { findFaults } from "../../../bench/measures/find-faults.ts";
import { summarize } from "../../../bench/measures/summarize.ts";
import { type Sample, toRow } from "../sample-turns.ts";

const findIn = (sample: Sample): readonly string[] => findFaults(summarize([toRow(sample)]));
const answers = (...entries: readonly (readonly [number | "failed", number])[]) => [new Map(entries)];

const sound: readonly (readonly [string, Sample])[] = [
  ["forwards all", { contender: "headgate-exact" }],
  [
    "denies above its limit",
    {
      contender: "headgate-exact",
      workload: "flood",
      turns: [{ outcomes: answers([200, 10], [429, 90]), admitted: 10, allowed: 10 }],
    },
  ],
  [
    "is a peer that admits too much",
    {
      contender: "hono-store",
      workload: "flood",
      turns: [{ outcomes: answers([200, 15], [429, 85]), admitted: 15, allowed: 10, excess: 5 }],
    },
  ],
  ["answers by itself", { contender: "bare", turns: [{ admitted: 0 }] }],
  ["serves hits", { contender: "headgate-cache", workload: "cache-hit", turns: [{ admitted: 0 }] }],
  [
    "has what it stored confirmed",
    { contender: "headgate-cache", workload: "revalidation", turns: [{ unmodified: 99 }] },
  ],
];

test.each(sound)("a row that %s has no fault", (_what, sample) => {
  expect(findIn(sample)).toEqual([]);
});

const faulty: readonly (readonly [string, Sample, RegExp])[] = [
  [
    "fails",
    { contender: "nginx", turns: [{ outcomes: answers([200, 100], ["failed", 1]) }] },
    /^nginx \(hot-key\) answered 1 requests with neither/,
  ],
  [
    "answers 500",
    { contender: "upstash", turns: [{ outcomes: answers([200, 100], [500, 7]) }] },
    /answered 7 requests with neither/,
  ],
  ["answers nothing", { contender: "upstash", turns: [{ cpuUs: Number.NaN }] }, /answered nothing/],
  [
    "is Headgate above its limit",
    {
      contender: "headgate-exact",
      workload: "flood",
      turns: [{ outcomes: answers([200, 11], [429, 89]), admitted: 11, allowed: 10, excess: 1 }],
    },
    /admitted 1 requests above its limit/,
  ],
  [
    "denies below its limit",
    {
      contender: "headgate-exact",
      turns: [{ outcomes: answers([200, 99], [429, 1]), admitted: 99, allowed: 100, deniedEarly: 1 }],
    },
    /denied 1 requests below its limit/,
  ],
  [
    "answers without its origin",
    { contender: "express", turns: [{ admitted: 99 }] },
    /asked its origin 99 times/,
  ],
  [
    "forwards what it denies",
    {
      contender: "hono-store",
      workload: "flood",
      turns: [{ outcomes: answers([200, 10], [429, 90]), admitted: 100, allowed: 10 }],
    },
    /asked its origin 100 times/,
  ],
  [
    "does not hit its cache",
    {
      contender: "headgate-cache",
      workload: "cache-hit",
      turns: [{ admitted: 6, outcomes: answers([200, 1_000]) }],
    },
    /asked its origin 6 times in 1,000 requests/,
  ],
  [
    "does not collapse",
    {
      contender: "headgate-cache",
      workload: "cold-urls",
      turns: [{ admitted: 51, outcomes: answers([200, 1_000]) }],
    },
    /asked its origin 51 times in 1,000 requests/,
  ],
  [
    "fetches anew instead of asking",
    { contender: "headgate-cache", workload: "revalidation", turns: [{ unmodified: 94 }] },
    /had 94 of 100 stored answers confirmed/,
  ],
];

test.each(faulty)("a row that %s has one fault", (_what, sample, fault) => {
  expect(findIn(sample)).toEqual([expect.stringMatching(fault)]);
});
