import { assert, describe, expect, it } from "vitest";
import { decideCache } from "../../../src/core/cache/decide.ts";
import { type AnswerPlan, planAnswer } from "../../../src/core/cache/plan-answer.ts";
import {
  exchange,
  type ExchangeOptions,
  type FieldObject,
  lookupPlan,
  NOW_MS,
  record,
  settings,
} from "./samples.ts";

interface Case {
  /** Of the stored response, stale by now; undefined when there is none. */
  readonly stored?: FieldObject;
  readonly asked?: ExchangeOptions;
  readonly route?: unknown;
}

/** What becomes of an answer, 100 s after what is stored came. */
function settle(answer: ExchangeOptions, { stored, asked = {}, route = {} }: Case = {}): AnswerPlan {
  const plan = lookupPlan(asked, route);
  const kept = stored && record({ answer: { "cache-control": "max-age=60", ...stored } });
  const forward = decideCache(plan, { record: kept, miss: "uri-miss" }, NOW_MS + 100_000);
  assert(forward.kind === "forward");
  return planAnswer(
    { plan, forward },
    exchange({ ...asked, atMs: NOW_MS + 100_000, ...answer }),
    settings(route),
  );
}

/** In words: what is answered and what the store does. */
function show(settlement: AnswerPlan): string {
  if (settlement.kind === "retry") return "retry";
  if (settlement.kind === "confirmed") return `confirmed, ${settlement.refusal ?? "write"}`;
  const { stored, updated, isOutdated } = settlement;
  const writes = stored.ok ? "write" : stored.error;
  return `passed, ${updated === undefined ? writes : "update"}${isOutdated ? ", remove" : ""}`;
}

const FRESH = { "cache-control": "max-age=60" };
const A = { etag: '"a"' };

describe("planAnswer() (RFC 9111 section 4.3.3)", () => {
  it.each<[string, ExchangeOptions, Case, string]>([
    ["304 for what is stored", { status: 304, answer: A }, { stored: A }, "confirmed, write"],
    [
      "304 that forbids storing",
      { status: 304, answer: { ...A, "cache-control": "no-store" } },
      { stored: A },
      "confirmed, no-store",
    ],
    ["304 for something else", { status: 304, answer: { etag: '"b"' } }, { stored: A }, "retry"],
    [
      "304 for the client, with nothing stored",
      { status: 304, answer: A },
      { asked: { fields: { "if-none-match": '"a"' } } },
      "passed, status",
    ],
    [
      "304 for the client, with no validator stored",
      { status: 304, answer: A },
      { stored: {} },
      "passed, status",
    ],
    ["200 with nothing stored", { answer: FRESH }, {}, "passed, write"],
    [
      "200 in the place of what is stored",
      { answer: { ...FRESH, etag: '"b"' } },
      { stored: A },
      "passed, write",
    ],
    [
      "200 that may not be stored",
      { answer: { "cache-control": "no-store" } },
      { stored: A },
      "passed, no-store, remove",
    ],
    ["404 that may not be stored", { status: 404 }, { stored: A }, "passed, no-freshness, remove"],
    ["302 that may not be stored", { status: 302 }, { stored: A }, "passed, no-freshness, remove"],
    ["403", { status: 403, answer: FRESH }, { stored: A }, "passed, status"],
    ["429", { status: 429, answer: FRESH }, { stored: A }, "passed, status"],
    ["500", { status: 500 }, { stored: A }, "passed, status"],
    [
      "206 of another representation",
      { status: 206, answer: FRESH },
      { stored: {}, asked: { fields: { range: "bytes=0-1" } } },
      "passed, request",
    ],
    [
      "200 for a range that validated",
      { answer: FRESH },
      { stored: A, asked: { fields: { range: "bytes=0-1" } } },
      "passed, write",
    ],
    [
      "200 for a range that was forwarded",
      { answer: FRESH },
      { asked: { fields: { range: "bytes=0-1" } } },
      "passed, request",
    ],
    [
      "200 after a no-store that is honoured",
      { answer: FRESH },
      { asked: { fields: { "cache-control": "no-store" } }, route: { requestDirectives: "honour" } },
      "passed, request",
    ],
    [
      "HEAD, unchanged",
      { answer: { ...A, ...FRESH } },
      { stored: A, asked: { method: "HEAD" } },
      "passed, update",
    ],
    [
      "HEAD, changed",
      { answer: { etag: '"b"', ...FRESH } },
      { stored: A, asked: { method: "HEAD" } },
      "passed, request, remove",
    ],
    [
      "HEAD, unchanged and no longer storable",
      { answer: { ...A, "cache-control": "private" } },
      { stored: A, asked: { method: "HEAD" } },
      "passed, request, remove",
    ],
    [
      "HEAD, confirmed",
      { status: 304, answer: A },
      { stored: A, asked: { method: "HEAD" } },
      "confirmed, write",
    ],
    ["HEAD, with nothing stored", { answer: FRESH }, { asked: { method: "HEAD" } }, "passed, request"],
  ])("%s", (_name, answer, given, expected) => {
    expect(show(settle(answer, given))).toBe(expected);
  });
});
