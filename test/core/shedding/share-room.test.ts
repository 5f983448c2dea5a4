import { describe, expect, test } from "vitest";
import { shareRoom } from "../../../src/core/shedding/share-room.ts";

describe("shareRoom()", () => {
  test("gives room to higher priorities first", () => {
    expect(shareRoom(50, { arrivals: [20, 60, 20], clients: [] })).toEqual({ open: 1.5, heavy: [] });
    expect(shareRoom(100, { arrivals: [20, 60, 20], clients: [] })).toEqual({ open: 3, heavy: [] });
  });

  test("a client that floods gets what the others leave", () => {
    const { open, heavy } = shareRoom(100, { arrivals: [0, 1_060, 0], clients: [[7, 1, 1_000]] });
    expect(open).toBeCloseTo(2, 3);
    expect(heavy).toEqual([{ client: 7, share: 0.04 }]);
  });

  test("none of a few large clients is shut out", () => {
    const clients = [1, 2, 3].map((client) => [client, 1, 40] as const);
    const { heavy } = shareRoom(60, { arrivals: [0, 120, 0], clients });
    expect(heavy.map(({ share }) => share)).toEqual([0.5, 0.5, 0.5]);
  });

  test("where others need all of the room, a large client has a fifth of it", () => {
    const { heavy } = shareRoom(100, { arrivals: [0, 500, 0], clients: [[7, 1, 200]] });
    expect(heavy).toEqual([{ client: 7, share: 0.1 }]);
  });
});
