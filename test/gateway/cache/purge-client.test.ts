// How old what an isolate knows of purges may be, with real objects: whatever a route says, and no older where it says
// nothing.

import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { PurgeClient } from "../../../src/gateway/cache/purge-client.ts";
import { NearObject } from "../../../src/gateway/request/near-object.ts";
import { News } from "../../../src/gateway/request/news.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";

const bindings = env as unknown as Bindings;
const PURGE = { kind: "tag", tag: "news" } as const;

/** A client, and a switch that takes both objects away. */
function startDesk(continent = "unknown") {
  const state = { isDown: false };
  const within = <Namespace extends Bindings["PURGES"] | Bindings["SNAPSHOTS"]>(real: Namespace): Namespace =>
    ({
      getByName: (name: string) => {
        if (state.isDown) throw new Error("broken on purpose");
        return real.getByName(name);
      },
    }) as unknown as Namespace;
  const near = new NearObject({ SNAPSHOTS: within(bindings.SNAPSHOTS) });
  near.locate(new Request("https://gateway.example/", { cf: { continent } }));
  const client = new PurgeClient(within(bindings.PURGES), new News(near));
  const read = (withinMs: number) => client.read(withinMs, () => undefined);
  return { state, client, read };
}

// The objects start in their own time, which no client waits for.
beforeAll(async () => {
  await bindings.SNAPSHOTS.getByName("unknown").readNews({ known: { purges: -1 }, spread: 1 }, "unknown");
});

afterEach(() => {
  vi.useRealTimers();
});

describe("read()", () => {
  it("uses what was learnt within the time that the route allows, and no longer", async () => {
    const { state, read } = startDesk();
    expect(await read(5_000)).toMatchObject({ latest: expect.any(Number) });
    state.isDown = true;
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 7_000 });
    expect(await read(5_000)).toBeUndefined();
    expect(await read(30_000)).toMatchObject({ latest: expect.any(Number) });
    vi.setSystemTime(Date.now() + 23_000);
    expect(await read(30_000)).toBeUndefined();
  });

  it("knows a purge that another isolate has made", async () => {
    const [one, other] = [startDesk("OC"), startDesk("OC")];
    const before = await other.read(5_000);
    expect(await one.client.add([PURGE])).toBe("everywhere");
    // The clock of an isolate never goes back: later than whatever the tests before made of it.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 50_000 });
    expect((await other.read(5_000))?.latest).toBeGreaterThan(before?.latest ?? Infinity);
  });

  it("has a purge that nobody could take down for this isolate alone", async () => {
    const { state, client, read } = startDesk();
    await read(5_000);
    state.isDown = true;
    expect(await client.add([PURGE])).toBe("none");
    expect((await read(5_000))?.tags.has("news")).toBe(true);
  });
});
