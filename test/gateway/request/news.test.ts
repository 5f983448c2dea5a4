// One question for all that is new, with a real snapshot object behind a switch that holds answers up, or leaves a part out
// as the object does where it cannot know it.

import { env, waitUntil } from "cloudflare:workers";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { NewsAnswer, NewsPart, NewsQuestion } from "../../../src/core/control/news.ts";
import { NearObject } from "../../../src/gateway/request/near-object.ts";
import { News } from "../../../src/gateway/request/news.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";

const { SNAPSHOTS } = env as unknown as Pick<Bindings, "SNAPSHOTS">;
const WITHIN_MS = 4_000;

function startDesk(continent?: string, ray?: string) {
  const state = {
    questions: [] as NewsQuestion["known"][],
    names: [] as string[],
    far: [] as NewsPart[],
    learnt: [] as string[],
    leftOut: new Set<NewsPart>(),
    spread: undefined as number | undefined,
    heldUpMs: 0,
  };
  const readNews = async (question: NewsQuestion, name: string): Promise<NewsAnswer> => {
    state.questions.push(question.known);
    const { heldUpMs } = state;
    const { told, spread } = await SNAPSHOTS.getByName(name).readNews(question, name);
    if (heldUpMs > 0) await scheduler.wait(heldUpMs);
    const kept = Object.entries(told).filter(([part]) => !state.leftOut.has(part as NewsPart));
    return { told: Object.fromEntries(kept), spread: state.spread ?? spread };
  };
  const getByName = (name: string): object => {
    state.names.push(name);
    return { readNews };
  };
  const near = new NearObject({ SNAPSHOTS: { getByName } as unknown as Bindings["SNAPSHOTS"] });
  near.locate(
    new Request("https://gateway.example/", {
      ...(continent === undefined ? {} : { cf: { continent } }),
      headers: ray === undefined ? {} : { "CF-Ray": ray },
    }),
  );
  const news = new News(near);
  const follow = (name: "purges" | "snapshot", version: () => number | undefined = () => -1): void => {
    news.follow(name, {
      version,
      learn: () => state.learnt.push(name),
      askFar: async () => {
        state.far.push(name);
        return Promise.resolve(undefined);
      },
    });
  };
  const know = (name: NewsPart): Promise<boolean> => news.know(name, WITHIN_MS, waitUntil);
  return { state, news, follow, know };
}

// The objects start in their own time, which no isolate waits for.
beforeAll(async () => {
  const question = { known: { snapshot: -1, purges: -1 }, spread: 1 };
  const isReady = async (): Promise<boolean> => {
    const { told } = await SNAPSHOTS.getByName("unknown").readNews(question, "unknown");
    return told.snapshot !== undefined && told.purges !== undefined;
  };
  await vi.waitUntil(isReady, { timeout: 20_000 });
});

describe("know()", () => {
  test("asks once for all parts and all who must know", async () => {
    const { state, follow, know } = startDesk();
    follow("purges");
    follow("snapshot");
    const known = await Promise.all([know("purges"), know("snapshot"), know("purges")]);
    expect(known).toEqual([true, true, true]);
    expect(state.questions).toEqual([{ purges: -1, snapshot: -1 }]);
    expect(state.learnt.toSorted()).toEqual(["purges", "snapshot"]);
    expect(state.far).toEqual([]);
  });

  test("asks about what the same request is about to need, and not about what nobody needs", async () => {
    const { state, follow, know } = startDesk();
    let purges: number | undefined;
    follow("purges", () => purges);
    follow("snapshot");
    const first = know("snapshot");
    purges = -1;
    await Promise.all([first, know("purges")]);
    purges = undefined;
    await know("snapshot");
    expect(state.questions).toEqual([{ purges: -1, snapshot: -1 }, { snapshot: -1 }]);
  });

  test("asks again for a part that came too late for a question on its way", async () => {
    const { state, follow, know } = startDesk();
    follow("snapshot");
    state.heldUpMs = 50;
    const first = know("snapshot");
    await scheduler.wait(10);
    follow("purges");
    expect(await Promise.all([first, know("purges")])).toEqual([true, true]);
    expect(state.questions).toEqual([{ snapshot: -1 }, { purges: -1, snapshot: -1 }]);
  });

  test("asks far for the part alone that the near object leaves out", async () => {
    const { state, follow, know } = startDesk();
    follow("purges");
    follow("snapshot");
    state.leftOut.add("purges");
    expect(await Promise.all([know("purges"), know("snapshot")])).toEqual([true, true]);
    expect(state.far).toEqual(["purges"]);
    expect(state.learnt).toEqual(["snapshot"]);
  });

  test("drops an answer that a later one has overtaken", async () => {
    const { state, news, follow, know } = startDesk();
    follow("snapshot");
    state.heldUpMs = 300;
    const slow = know("snapshot");
    await scheduler.wait(20);
    await news.askFar("snapshot");
    await slow;
    expect(state.learnt).toEqual([]);
    expect(news.toAgeMs("snapshot", Date.now())).toBeLessThan(WITHIN_MS);
  });
});

describe("the object that is asked", () => {
  test("is one of several of the continent, and stays the same, once there are to be more", async () => {
    const later = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const { state, follow, know } = startDesk("EU", "8f0123456789abcd-AMS");
        follow("snapshot");
        state.spread = 8;
        for (let time = 0; time < 3; time += 1) await know("snapshot");
        const [first, ...others] = state.names;
        expect(first).toBe("EU");
        expect(others[0]).toMatch(/^EU(:[1-7])?$/);
        expect(others[1]).toBe(others[0]);
        return others[0];
      }),
    );
    expect(new Set(later).size).toBeGreaterThan(1);
  });

  test.each([undefined, "NA"])("is one on a machine of one's own, in %s", async (continent) => {
    const { state, follow, know } = startDesk(continent);
    follow("snapshot");
    state.spread = 8;
    for (let time = 0; time < 3; time += 1) await know("snapshot");
    expect(new Set(state.names)).toEqual(new Set([continent ?? "unknown"]));
  });
});
