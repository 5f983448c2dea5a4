// What waits for a receiver: when it is due, what comes again, what is given up, and that no line is ever uncounted.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogLine } from "../../../src/core/log/log-line.ts";
import {
  type Batch,
  BATCH_LINES,
  BATCH_MS,
  Outbox,
  type Sent,
  TRIES_MAX,
  WAITING_MAX,
} from "../../../src/core/log/outbox.ts";

const TAKEN: Sent = { kind: "taken", refused: 0 };
const AGAIN: Sent = { kind: "again" };
const LOST: Sent = { kind: "lost" };
const WITHIN_MS = 7_000;

const toLine = (n: number): LogLine => ({ event: "denied", time: "2026-11-28T00:00:00.000Z", n });

function fill(outbox: Outbox, lines: number, { nowMs = 0, size = 100, from = 0 } = {}): void {
  for (let n = 0; n < lines; n += 1) outbox.add(toLine(from + n), size, nowMs);
}

function take(outbox: Outbox, nowMs: number, id = "a"): Batch | undefined {
  return outbox.take(nowMs, { withinMs: WITHIN_MS, id });
}

function takeOne(outbox: Outbox, nowMs: number, id = "a"): Batch {
  const batch = take(outbox, nowMs, id);
  if (batch === undefined) throw new Error("nothing to take");
  return batch;
}

describe("Outbox.dueMs", () => {
  it("is never while nothing waits, 5 s after the first line, and now with a hundred", () => {
    const outbox = new Outbox();
    expect(outbox.dueMs).toBe(Infinity);
    fill(outbox, 1, { nowMs: 1_000 });
    fill(outbox, 1, { nowMs: 3_000 });
    expect(outbox.dueMs).toBe(1_000 + BATCH_MS);
    fill(outbox, BATCH_LINES - 2);
    expect(outbox.dueMs).toBe(-Infinity);
  });

  it("is after a pause that doubles with each failure and ends with a success", () => {
    const outbox = new Outbox();
    fill(outbox, 1);
    for (const pauseMs of [1_000, 2_000, 4_000]) {
      outbox.settle(takeOne(outbox, 0), AGAIN, { nowMs: 0, chance: 1 });
      expect(outbox.dueMs).toBe(pauseMs);
    }
    outbox.settle(takeOne(outbox, 0), TAKEN, { nowMs: 0, chance: 1 });
    fill(outbox, BATCH_LINES);
    expect(outbox.dueMs).toBe(-Infinity);
  });

  it("is spread by chance over half of the pause", () => {
    const outbox = new Outbox();
    fill(outbox, 1);
    outbox.settle(takeOne(outbox, 0), AGAIN, { nowMs: 0, chance: 0 });
    expect(outbox.dueMs).toBe(500);
  });
});

describe("Outbox.take()", () => {
  it("gives at most a hundred lines, in their order, and the same batch again until it is settled", () => {
    const outbox = new Outbox();
    fill(outbox, BATCH_LINES + 1);
    const batch = takeOne(outbox, 0, "first");
    expect(batch.lines).toEqual(Array.from({ length: BATCH_LINES }, (_, n) => toLine(n)));
    expect(take(outbox, 1, "second")).toBeUndefined();
    outbox.settle(batch, AGAIN, { nowMs: 1, chance: 0 });
    expect(takeOne(outbox, 600, "third")).toBe(batch);
    outbox.settle(batch, TAKEN, { nowMs: 600, chance: 0 });
    expect(takeOne(outbox, 600, "fourth").lines).toEqual([toLine(BATCH_LINES)]);
  });

  it("gives a batch up whose sender never said what came of it: it may have arrived", () => {
    const outbox = new Outbox();
    fill(outbox, 2);
    const gone = takeOne(outbox, 0);
    expect(outbox.isSending(WITHIN_MS - 1)).toBe(true);
    expect(outbox.isSending(WITHIN_MS)).toBe(false);
    expect(take(outbox, WITHIN_MS)).toBeUndefined();
    expect(outbox.counts).toEqual({ taken: 0, waiting: 0, dropped: 2 });
    outbox.settle(gone, TAKEN, { nowMs: WITHIN_MS, chance: 0 });
    expect(outbox.counts.taken).toBe(0);
  });
});

describe("Outbox.settle()", () => {
  it("counts what the receiver refused of a batch that it took", () => {
    const outbox = new Outbox();
    fill(outbox, 10);
    outbox.settle(takeOne(outbox, 0), { kind: "taken", refused: 3 }, { nowMs: 0, chance: 0 });
    expect(outbox.counts).toEqual({ taken: 7, waiting: 0, dropped: 3 });
  });

  it("drops at once what must not come twice, and after five tries what never came", () => {
    const outbox = new Outbox();
    fill(outbox, 1);
    outbox.settle(takeOne(outbox, 0), LOST, { nowMs: 0, chance: 0 });
    expect(outbox.counts.dropped).toBe(1);
    fill(outbox, 1);
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      expect(outbox.counts.dropped).toBe(1);
      outbox.settle(takeOne(outbox, 0), AGAIN, { nowMs: 0, chance: 0 });
    }
    expect(outbox.counts).toEqual({ taken: 0, waiting: 0, dropped: 2 });
  });
});

describe("Outbox.add()", () => {
  it("drops the oldest beyond the bound: first the batch that failed, never one under way", () => {
    const outbox = new Outbox();
    const size = WAITING_MAX / 256;
    fill(outbox, 200, { size });
    const failed = takeOne(outbox, 0);
    outbox.settle(failed, AGAIN, { nowMs: 0, chance: 0 });
    fill(outbox, 57, { size, from: 200 });
    expect(outbox.counts).toEqual({ taken: 0, waiting: 157, dropped: BATCH_LINES });
    const underWay = takeOne(outbox, 10_000);
    expect(underWay.lines[0]).toEqual(toLine(100));
    fill(outbox, 100, { size, from: 257 });
    expect(outbox.counts).toEqual({ taken: 0, waiting: 256, dropped: BATCH_LINES + 1 });
    outbox.settle(underWay, TAKEN, { nowMs: 10_000, chance: 0 });
    expect(takeOne(outbox, 10_000).lines[0]).toEqual(toLine(201));
  });
});

it("every line is taken, waiting or dropped, once, whatever happens", () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("add" as const),
      lines: fc.integer({ min: 1, max: 150 }),
      size: fc.integer({ min: 1, max: 20_000 }),
    }),
    fc.record({ kind: fc.constant("take" as const), sent: fc.constantFrom(TAKEN, AGAIN, LOST, undefined) }),
    fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 10_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const outbox = new Outbox();
      const arrived = new Set<unknown>();
      let [nowMs, written] = [0, 0];
      for (const one of steps) {
        if (one.kind === "pass") nowMs += one.ms;
        else if (one.kind === "add") {
          fill(outbox, one.lines, { nowMs, size: one.size, from: written });
          written += one.lines;
        } else {
          const batch = take(outbox, nowMs, `${nowMs}`);
          if (batch === undefined || one.sent === undefined) continue;
          outbox.settle(batch, one.sent, { nowMs, chance: 0.5 });
          if (one.sent.kind !== "taken") continue;
          for (const { n } of batch.lines as readonly { readonly n?: number }[]) {
            expect(arrived.has(n)).toBe(false);
            arrived.add(n);
          }
        }
        const { taken, waiting, dropped } = outbox.counts;
        expect(taken + waiting + dropped).toBe(written);
        expect(taken).toBe(arrived.size);
      }
    }),
  );
});
