import { describe, expect, it } from "vitest";
import { toKeyOfOthers } from "../../../src/core/reputation/client-key.ts";
import { SCORE_ROWS_MAX, ScoreBook } from "../../../src/core/reputation/score-book.ts";
import { NO_SIGNALS } from "../../../src/core/reputation/score.ts";

const settings = { halfLifeMs: 600_000, suspect: 30, ban: 100, banForMs: [600_000] };
const toQuestion = (key: string, traps: number) =>
  ({ version: 1, settings, reports: [{ key, signals: { ...NO_SIGNALS, traps } }] }) as const;

function createStore(): { rows: Map<string, string>; store: ConstructorParameters<typeof ScoreBook>[0] } {
  const rows = new Map<string, string>();
  const list = (most: number): { key: string; record: string }[] =>
    [...rows].slice(0, most).map(([key, record]) => ({ key, record }));
  return { rows, store: { list, write: (key, record) => rows.set(key, record) } };
}

describe("ScoreBook", () => {
  it("knows suspects and bans after its object began anew, and forgets whoever was none", () => {
    const { rows, store } = createStore();
    const book = new ScoreBook(store, 0);
    expect(book.report(toQuestion("ip=quiet", 20), 0)[0]?.turned).toBeUndefined();
    expect(book.report(toQuestion("ip=suspect", 40), 0)[0]?.turned).toBe("suspect");
    expect(book.report(toQuestion("ip=banned", 100), 0)[0]?.turned).toBe("banned");
    expect([...rows.keys()]).toEqual(["ip=suspect", "ip=banned"]);
    const anew = new ScoreBook(store, 1_000);
    expect(anew.find("ip=quiet", 0)).toBeUndefined();
    expect(anew.find("ip=suspect", 600_000)?.score).toBeCloseTo(20, 6);
    expect(anew.find("ip=banned", 1_000)?.banMs).toBe(599_000);
  });

  it("writes at most one row a second for one client", () => {
    let writes = 0;
    const book = new ScoreBook({ list: () => [], write: () => (writes += 1) }, 0);
    for (let at = 0; at < 100; at += 1) book.report(toQuestion("ip=1", at === 0 ? 40 : 0), at * 100);
    expect(writes).toBe(10);
  });

  it("keeps no more rows than it may, and a row that cannot be read is none", () => {
    const { rows, store } = createStore();
    rows.set("ip=broken", "{");
    rows.set("ip=odd", JSON.stringify({ faults: -1 }));
    const book = new ScoreBook(store, 0);
    for (let at = 0; at < SCORE_ROWS_MAX + 50; at += 1) book.report(toQuestion(`ip=${at}`, 40), 0);
    expect(rows.size).toBeLessThanOrEqual(SCORE_ROWS_MAX + 2);
    expect(book.find("ip=1040", 0)?.score).toBe(40);
    expect(book.find("ip=broken", 0)).toBeUndefined();
  });

  it("bans nobody for pages of other sites, and whoever claims them is no better for it", () => {
    const { rows, store } = createStore();
    const book = new ScoreBook(store, 0);
    const ofPage = toKeyOfOthers("ip=1");
    for (let at = 0; at < 50; at += 1) book.report(toQuestion(ofPage, 20), 0);
    expect(book.find(ofPage, 0)).toMatchObject({ score: 200, banMs: 0 });
    expect(book.find("ip=1", 0)).toBeUndefined();
    book.report(toQuestion("ip=1", 100), 0);
    expect(book.find("ip=1", 0)).toMatchObject({ score: 100, banMs: 600_000 });
    expect(book.find(ofPage, 0)).toMatchObject({ score: 200, banMs: 600_000 });
    expect(new ScoreBook(store, 0).find(ofPage, 0)?.banMs).toBe(600_000);
    expect([...rows.keys()]).toEqual([ofPage, "ip=1"]);
  });

  it("lists who is suspect or banned, the worst first, by what is left of their points", () => {
    const book = new ScoreBook(createStore().store, 0);
    book.report(toQuestion("ip=clear", 10), 0);
    book.report(toQuestion("ip=suspect", 60), 0);
    book.report(toQuestion("ip=banned", 120), 0);
    book.report(toQuestion("ip=worse", 90), 0);
    const halved = 600_000;
    const { suspects, count } = book.listSuspects(2, halved);
    expect(count).toBe(3);
    expect(suspects.map(({ key, score }) => [key, score])).toEqual([
      ["ip=banned", 60],
      ["ip=worse", 45],
    ]);
    expect(suspects[0]).toMatchObject({ standing: "suspect", banMs: 0, lastMs: 0, points: { traps: 60 } });
    expect(book.listSuspects(9, 0).suspects[0]).toMatchObject({ standing: "banned", banMs: 600_000 });
  });
});
