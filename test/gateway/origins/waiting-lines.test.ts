// The lines of one isolate: their bounds, and that nothing of them is left when nobody waits.

import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type LineRules, type Standing, WaitingLines } from "../../../src/gateway/origins/waiting-lines.ts";

const RULES: LineRules = { pool: "tried", lengthMax: 1_000, rankMs: 1_000, askMs: 1_000 };
const MIB = 1_048_576;

function enter(
  lines: WaitingLines,
  name: string,
  {
    rank = 1,
    bodyBytes = 0,
    sinceMs = Date.now(),
    rules = RULES,
    client = undefined as string | undefined,
  } = {},
): Standing | undefined {
  const waiter = lines.createWaiter({ rank, bodyBytes, sinceMs, untilMs: sinceMs + 10_000, client });
  return lines.enter(name, waiter, { rules, readyMs: sinceMs + 5_000 });
}

/** Nobody is gone while a slow machine lets a thousand enter. */
function stopClock(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

describe("WaitingLines", () => {
  test("have a thousand places in all, whatever the number of lines", () => {
    stopClock();
    const lines = new WaitingLines();
    for (let at = 0; at < 1_000; at += 1) expect(enter(lines, `line ${at % 7}`)).toBeDefined();
    expect(enter(lines, "line 0")).toBeUndefined();
    expect(enter(lines, "another")).toBeUndefined();
    // Whoever is more urgent than somebody in its own line still gets a place.
    expect(enter(lines, "line 0", { rank: 0 })).toBeDefined();
    expect(lines.count("tried")).toEqual({ critical: 1, normal: 999, background: 0 });
    expect(lines.count("other")).toEqual({ critical: 0, normal: 0, background: 0 });
  });

  test("keep 16 MiB of bodies, and who has none still waits", () => {
    stopClock();
    const lines = new WaitingLines();
    for (let at = 0; at < 16; at += 1) expect(enter(lines, `line ${at}`, { bodyBytes: MIB })).toBeDefined();
    expect(enter(lines, "line 0", { bodyBytes: 1, rank: 0 })).toBeUndefined();
    expect(enter(lines, "another", { bodyBytes: 1 })).toBeUndefined();
    expect(enter(lines, "line 0")).toBeDefined();
  });

  test("give a client no more places than others want of, in its line, in all lines, and of the bodies", async () => {
    const lines = new WaitingLines();
    const greedy = Array.from({ length: 1_000 }, (_, at) =>
      enter(lines, `page ${at % 50}`, { client: "greedy" }),
    );
    const turn = greedy.at(-1)?.turn();
    expect(enter(lines, "page 0", { client: "modest" })).toBeDefined();
    expect(enter(lines, "of another pool", { client: "modest" })).toBeDefined();
    expect(await turn).toBe("shed");
    expect(enter(lines, "page 1", { client: "greedy" })).toBeUndefined();
    expect(lines.count("tried")).toEqual({ critical: 0, normal: 1_000, background: 0 });
    const bodies = new WaitingLines();
    for (let at = 0; at < 16; at += 1) enter(bodies, "a", { bodyBytes: MIB, client: "greedy" });
    expect(enter(bodies, "b", { bodyBytes: 2 * MIB, client: "modest" })).toBeDefined();
    expect(enter(bodies, "b", { bodyBytes: 1, client: "greedy" })).toBeUndefined();
    expect(bodies.count("tried").normal).toBe(15);
  });

  test("leave a client its share of a line, and its more urgent calls another", () => {
    const lines = new WaitingLines();
    const rules = { ...RULES, lengthMax: 8, clientMax: 2 };
    const greedy = { client: "greedy", rules };
    const places = [1, 2, 3].map(() => enter(lines, "page", greedy));
    expect(places.map((place) => place !== undefined)).toEqual([true, true, false]);
    expect(enter(lines, "page", { ...greedy, rank: 0 })).toBeDefined();
    expect(enter(lines, "another page", greedy)).toBeDefined();
    expect(enter(lines, "page", { client: "modest", rules })).toBeDefined();
    // Whoever cannot be told apart may be many.
    for (let at = 0; at < 3; at += 1) expect(enter(lines, "page", { rules })).toBeDefined();
    places[0]?.leave();
    expect(enter(lines, "page", { ...greedy, rank: 2 })).toBeUndefined();
    expect(enter(lines, "page", greedy)).toBeUndefined();
  });

  test("forget who did not look when it was to, also where nobody comes any more", async () => {
    const lines = new WaitingLines();
    for (let at = 0; at < 1_000; at += 1) enter(lines, `line ${at}`);
    await scheduler.wait(1_050);
    expect(enter(lines, "another")).toBeDefined();
    expect(lines.count("tried")).toEqual({ critical: 0, normal: 1, background: 0 });
  });

  test("are forgotten when the last one leaves", () => {
    const lines = new WaitingLines();
    const places = [enter(lines, "a"), enter(lines, "a"), enter(lines, "b")];
    expect(lines.isEmpty).toBe(false);
    for (const place of places) place?.leave();
    expect(lines.isEmpty).toBe(true);
  });

  test("tell the one that has to make room, and give its place to the more urgent one", async () => {
    const lines = new WaitingLines();
    const rules = { ...RULES, lengthMax: 2 };
    const [first, second] = [enter(lines, "a", { rules }), enter(lines, "a", { rank: 2, rules })];
    const turn = second?.turn();
    expect(enter(lines, "a", { rank: 0, rules })).toBeDefined();
    expect(await turn).toBe("shed");
    first?.leave();
    expect(lines.count("tried")).toEqual({ critical: 1, normal: 0, background: 0 });
  });

  test("let the next one ask as soon as the head has what it waited for", async () => {
    const lines = new WaitingLines();
    const [first, second] = [enter(lines, "a"), enter(lines, "a")];
    first?.deny(Date.now());
    expect(await first?.turn()).toBe("ask");
    const turn = second?.turn();
    first?.admit(0);
    expect(await turn).toBe("ask");
    second?.admit(0);
    expect(lines.isEmpty).toBe(true);
  });
});
