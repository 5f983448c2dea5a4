// Since when clients have come, and whom an object trusts for it.

import { describe, expect, it } from "vitest";
import { ClientBook } from "../../../src/core/reputation/client-book.ts";
import { toKeyOfOthers } from "../../../src/core/reputation/client-key.ts";
import { NO_SIGNALS } from "../../../src/core/reputation/score.ts";
import { TRUST_ROWS_MAX, TrustBook } from "../../../src/core/reputation/trust-book.ts";
import { Standings } from "../../../src/core/reputation/standings.ts";

const HOUR_MS = 3_600_000;
const AFTER_MS = 24 * HOUR_MS;

function createStore(): { rows: Map<string, string>; store: ConstructorParameters<typeof TrustBook>[0] } {
  const rows = new Map<string, string>();
  const write = (key: string, record: string): void => void rows.set(key, record);
  return { rows, store: { read: (key) => rows.get(key), count: () => rows.size, write } };
}

/** Comes every hour of a day; whether it is trusted then. */
function comeForADay(book: TrustBook, key: string, fromMs = 0): boolean {
  for (let hour = 0; hour < 24; hour += 1) book.visit(key, AFTER_MS, fromMs + hour * HOUR_MS);
  return book.visit(key, AFTER_MS, fromMs + AFTER_MS);
}

describe("TrustBook", () => {
  it("trusts whoever came for long enough and often enough, and writes once an hour at most", () => {
    let writes = 0;
    const { store } = createStore();
    const book = new TrustBook({
      ...store,
      write: () => {
        writes += 1;
      },
    });
    for (let sent = 0; sent < 1_000; sent += 1) book.visit("ip=1", AFTER_MS, sent);
    expect(writes).toBe(1);
    expect(comeForADay(book, "ip=1")).toBe(true);
    expect(writes).toBe(25);
    // Long known, and hardly seen.
    book.visit("ip=2", AFTER_MS, 0);
    expect(book.visit("ip=2", AFTER_MS, AFTER_MS)).toBe(false);
    expect(book.isTrusted("ip=3", AFTER_MS, AFTER_MS)).toBe(false);
  });

  it("knows it after its object began anew, and takes a damaged row for none", () => {
    const { rows, store } = createStore();
    expect(comeForADay(new TrustBook(store), "ip=1")).toBe(true);
    expect(new TrustBook(store).isTrusted("ip=1", AFTER_MS, AFTER_MS)).toBe(true);
    rows.set("ip=1", "{");
    expect(new TrustBook(store).isTrusted("ip=1", AFTER_MS, AFTER_MS)).toBe(false);
    rows.set("ip=1", JSON.stringify({ sinceMs: -1, lastMs: 0, hours: 100 }));
    expect(new TrustBook(store).isTrusted("ip=1", AFTER_MS, AFTER_MS)).toBe(false);
  });

  it("begins anew with whoever stayed away for too long, or lost it", () => {
    const book = new TrustBook(createStore().store);
    comeForADay(book, "ip=1");
    expect(book.isTrusted("ip=1", AFTER_MS, 3 * AFTER_MS)).toBe(true);
    expect(book.isTrusted("ip=1", AFTER_MS, 3 * AFTER_MS + 1)).toBe(false);
    expect(book.visit("ip=1", AFTER_MS, 4 * AFTER_MS)).toBe(false);
    comeForADay(book, "ip=2");
    book.lose("ip=2", AFTER_MS, AFTER_MS);
    expect(book.visit("ip=2", AFTER_MS, AFTER_MS)).toBe(false);
    expect(comeForADay(book, "ip=2", AFTER_MS + HOUR_MS)).toBe(true);
  });

  it("takes down nobody new when it is full, and pushes out nobody", () => {
    const { rows, store } = createStore();
    const book = new TrustBook(store);
    comeForADay(book, "ip=1");
    for (let at = 2; at < TRUST_ROWS_MAX + 100; at += 1) book.visit(`ip=${at}`, AFTER_MS, AFTER_MS);
    expect(rows.size).toBe(TRUST_ROWS_MAX);
    expect(book.visit("ip=1", AFTER_MS, AFTER_MS + HOUR_MS)).toBe(true);
  });

  it("fails no decision when its object can store nothing", () => {
    const write = (): never => {
      throw new Error("full");
    };
    expect(new TrustBook({ ...createStore().store, write }).visit("ip=1", AFTER_MS, 0)).toBe(false);
  });
});

describe("trust and scores", () => {
  const settings = { halfLifeMs: 600_000, suspect: 30, ban: 100, banForMs: [600_000] };
  const createBook = (): ClientBook =>
    new ClientBook({ list: () => [], write: () => {} }, createStore().store, 0);
  const comeOften = (book: ClientBook, key: string): void => {
    for (let hour = 0; hour < 24; hour += 1) book.visit(key, AFTER_MS, hour * HOUR_MS);
  };
  const report = (book: ClientBook, faults: number): unknown =>
    book.report(
      {
        version: 1,
        settings,
        trustAfterMs: AFTER_MS,
        reports: [{ key: "ip=1", signals: { ...NO_SIGNALS, faults } }],
      },
      AFTER_MS,
    )[0];

  it("bear less than a point, and end with it", () => {
    const book = createBook();
    comeOften(book, "ip=1");
    expect(report(book, 0.5)).toMatchObject({ isTrusted: true });
    expect(book.visit("ip=1", AFTER_MS, AFTER_MS)).toMatchObject({ isTrusted: true });
    expect(report(book, 0.5)).toMatchObject({ isTrusted: false });
    expect(book.visit("ip=1", AFTER_MS, AFTER_MS)?.isTrusted).toBeUndefined();
    // Without points again, and still not trusted.
    expect(book.visit("ip=1", AFTER_MS, AFTER_MS + 20 * HOUR_MS)).toBeUndefined();
  });

  it("say nothing of whom nobody asks to trust, and trust no page of another site", () => {
    const book = createBook();
    const ofPage = toKeyOfOthers("ip=1");
    comeOften(book, ofPage);
    expect(book.visit(ofPage, AFTER_MS, AFTER_MS)).toBeUndefined();
    comeOften(book, "ip=1");
    expect(book.visit("ip=1", undefined, AFTER_MS)).toBeUndefined();
  });

  it("hold at an isolate for a minute, until its own first fault, and not for what another site's page asks", () => {
    const standings = new Standings();
    const said = { key: "ip=1", score: 0, banMs: 0, isTrusted: true };
    const toStanding = (key: string, nowMs: number): unknown =>
      standings.find(key, settings, nowMs)?.standing;
    standings.hear(said, 0);
    expect(toStanding("ip=1", 59_999)).toBe("trusted");
    expect(toStanding(toKeyOfOthers("ip=1"), 0)).toBe("clear");
    expect(toStanding("ip=1", 60_000)).toBe("clear");
    standings.hear(said, 60_000);
    standings.note("ip=1", { ...NO_SIGNALS, traps: 1 }, { object: "o", halfLifeMs: 600_000, nowMs: 60_000 });
    expect(toStanding("ip=1", 60_000)).toBe("clear");
  });
});
