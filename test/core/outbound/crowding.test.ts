import { array, assert, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { findCrowding } from "../../../src/core/outbound/crowding.ts";
import type { Waiter } from "../../../src/core/outbound/waiting-line.ts";

const one = (): number => 1;
const bytes = ({ bodyBytes }: Waiter): number => bodyBytes;

let ids = 0;

function waiter(client: string | undefined, { rank = 1, bodyBytes = 0 } = {}): Waiter {
  ids += 1;
  return { id: ids, client, rank, bodyBytes, sinceMs: 0, untilMs: Infinity };
}

const crowd = (client: string, count: number, options = {}): readonly Waiter[] =>
  Array.from({ length: count }, () => waiter(client, options));

describe("findCrowding()", () => {
  test("finds the last one of the client that has most", () => {
    const [greedy, modest] = [crowd("greedy", 3), crowd("modest", 2)];
    expect(findCrowding([...greedy, ...modest], waiter("new"), one)).toBe(greedy[2]);
    expect(findCrowding([...modest, ...greedy], waiter("modest"), one)).toBeUndefined();
    expect(findCrowding([...greedy, ...modest], waiter("greedy"), one)).toBeUndefined();
  });

  test("finds nobody where all are alike, or cannot be told apart", () => {
    expect(findCrowding([], waiter("new"), one)).toBeUndefined();
    expect(findCrowding([waiter("a"), waiter("b")], waiter("new"), one)).toBeUndefined();
    expect(findCrowding([waiter(undefined), waiter(undefined)], waiter("new"), one)).toBeUndefined();
  });

  test("takes from the lowest priority alone, and never from one above the newcomer's", () => {
    const [normal, background] = [crowd("greedy", 5), crowd("modest", 2, { rank: 2 })];
    expect(findCrowding([...normal, ...background], waiter("new"), one)).toBe(background[1]);
    expect(findCrowding(normal, waiter("new", { rank: 2 }), one)).toBeUndefined();
    expect(findCrowding(crowd("greedy", 5, { rank: 2 }), waiter("new", { rank: 0 }), one)?.client).toBe(
      "greedy",
    );
  });

  test("measures what is short: bodies, of those that have one", () => {
    const big = waiter("big", { bodyBytes: 900 });
    const waiters = [big, ...crowd("greedy", 5), waiter("small", { bodyBytes: 10 })];
    expect(findCrowding(waiters, waiter("new", { bodyBytes: 100 }), bytes)).toBe(big);
    expect(findCrowding(waiters, waiter("new", { bodyBytes: 901 }), bytes)).toBeUndefined();
  });

  test("lets every client have its share, whoever else asks for how much", () => {
    const arrivals = array(
      record({ client: integer({ min: 0, max: 4 }), rank: integer({ min: 0, max: 2 }) }),
      {
        minLength: 30,
        maxLength: 120,
      },
    );
    assert(
      property(arrivals, (list) => {
        let waiters: readonly Waiter[] = [];
        for (const { client } of list) {
          const newcomer = waiter(`client ${client}`);
          const before = waiters.filter((other) => other.client === newcomer.client).length;
          const crowding = waiters.length < 10 ? undefined : findCrowding(waiters, newcomer, one);
          if (waiters.length < 10 || crowding !== undefined)
            waiters = [...waiters.filter((other) => other !== crowding), newcomer];
          // Five clients, ten places.
          else expect(before).toBeGreaterThanOrEqual(2);
        }
        expect(waiters.length).toBeLessThanOrEqual(10);
      }),
    );
  });
});
