// An origin that gives no answer at all (RFC 9111 section 4.2.4): a cache that is cut off may give what it has past its time,
// unless the origin forbids it. Where nobody says for how long, it is ten minutes.

import { describe, expect, it } from "vitest";
import { control, inTurn, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { Reply } from "../support/client.ts";
import type { HttpAnswer } from "../support/origin.ts";
import { untilTime } from "../support/until.ts";

const { origin, serve, ask, asked } = await startCacheStand([
  { path: "/says/*", cache: {}, timeout: "500ms" },
  { path: "/route/*", cache: { staleIfError: "1h" } },
  { path: "/never/*", cache: { staleIfError: "never" } },
]);

/** Stale since so many seconds, on arrival. */
function staleBy(seconds: number, directives = ""): HttpAnswer {
  const value = `max-age=10${directives}`;
  return { fields: control(value, ["ETag", '"v1"'], ["Age", String(seconds + 10)]) };
}

function expectStale(reply: Reply): void {
  expect([reply.status, reply.text()]).toEqual([200, "answer 1"]);
  expect(statusOf(reply)).toMatchObject({ fwd: "stale", detail: "stale-if-error" });
  expect([Number(statusOf(reply)["ttl"]) < 0, Number(reply.field("Age")) > 0]).toEqual([true, true]);
}

function expectError(reply: Reply): void {
  const shown = [reply.status, reply.field("Cache-Status"), reply.field("Cache-Control")];
  expect(shown).toEqual([502, undefined, "no-store"]);
}

describe("an origin that gives no answer", () => {
  it.each(["close", "reset", "stall"] as const)("is stood in for by the stale answer: %s", async (ending) => {
    const path = serve("says", staleBy(20));
    await ask(path);
    origin.serve(path, { raw: "", ending });
    expectStale(await ask(path));
  });

  it("is so by what has become stale in the store, without a validator too", async () => {
    const path = serve("says", { fields: control("max-age=1") });
    const stored = await ask(path);
    origin.serve(path, { raw: "", ending: "close" });
    await untilTime(stored.answeredAtMs + 1_100);
    for (let time = 0; time < 2; time += 1) expectStale(await ask(path));
  });

  it("is no reason to store what nobody may use otherwise", async () => {
    const path = serve("says", { fields: control("max-age=0") });
    await ask(path);
    origin.serve(path, { raw: "", ending: "close" });
    expectError(await ask(path));
  });

  it.each([500, 502, 503, 504])("is not one that answers with an error: %i", async (status) => {
    const path = serve("says", inTurn(staleBy(20), { status }));
    await ask(path);
    const reply = await ask(path);
    expect([reply.status, reply.text()]).toEqual([status, "answer 2"]);
  });
});

/** The last of the file: from here on nobody listens. */
describe("an origin that refuses connections", () => {
  it("is an error for what must be validated, and no more than stale for the rest", async () => {
    const lax = [
      serve("says", staleBy(20)),
      serve("says", staleBy(590)),
      serve("says", staleBy(20, ", stale-if-error=60")),
      serve("route", staleBy(3_500)),
      serve("route", staleBy(20, ", stale-if-error=0")),
    ];
    const strict = [
      serve("says", staleBy(601)),
      serve("says", staleBy(20, ", stale-if-error=10")),
      serve("says", staleBy(20, ", stale-if-error=0")),
      serve("never", staleBy(20, ", stale-if-error=60")),
      ...[", must-revalidate", ", proxy-revalidate", ", no-cache", ", s-maxage=10"].flatMap((directive) => [
        serve("says", staleBy(20, directive)),
        serve("route", staleBy(20, directive)),
      ]),
    ];
    for (const path of [...lax, ...strict]) await ask(path);
    await origin.close();
    for (const path of [...lax, ...lax]) expectStale(await ask(path));
    for (const path of strict) expectError(await ask(path));
    expect(asked(lax[0] ?? "")).toBe(1);
  });
});
