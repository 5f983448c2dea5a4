// What isolates of one data centre tell each other, by the real Cache API, and by one that keeps nothing, as on workers.dev.

import { afterEach, describe, expect, it, vi } from "vitest";
import { DataCentre } from "../../../src/gateway/request/data-centre.ts";

const KEPT_MS = 60_000;
const NOW_MS = Date.now();

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a data centre", () => {
  it("has what an isolate wrote for another one, and for nobody of another deployment", async () => {
    await new DataCentre("one").write("key a", "text", { nowMs: NOW_MS, keptMs: KEPT_MS });
    expect(await new DataCentre("one").read("key a", NOW_MS)).toBe("text");
    expect(await new DataCentre("one").read("key b", NOW_MS)).toBeUndefined();
    expect(await new DataCentre("two").read("key a", NOW_MS)).toBeUndefined();
  });

  it("is left alone for ten minutes once it has kept nothing three times", async () => {
    const calls = { match: 0, put: 0 };
    const match = async (): Promise<undefined> => void (calls.match += 1);
    const put = async (): Promise<void> => void (calls.put += 1);
    vi.stubGlobal("caches", { default: { match, put } });
    const here = new DataCentre("three");
    for (let time = 0; time < 10; time += 1) {
      await here.write("key a", "text", { nowMs: NOW_MS, keptMs: KEPT_MS });
      expect(await here.read("key a", NOW_MS)).toBeUndefined();
    }
    expect(calls).toEqual({ match: 5, put: 3 });
    await here.write("key a", "text", { nowMs: NOW_MS + 600_000, keptMs: KEPT_MS });
    expect(calls.put).toBe(4);
  });

  it("that fails is like one that has nothing", async () => {
    const fail = async (): Promise<never> => {
      throw new Error("broken on purpose");
    };
    vi.stubGlobal("caches", { default: { match: fail, put: fail } });
    const here = new DataCentre("four");
    await here.write("key a", "text", { nowMs: NOW_MS, keptMs: KEPT_MS });
    expect(await here.read("key a", NOW_MS)).toBeUndefined();
  });
});
