// Accounts of one API behind one pool: each counts alone, calls go where there is quota, and a dead token is left alone.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { type Reply, send } from "../support/client.ts";
import type { RecordedRequest } from "../support/origin.ts";
import { readEvents, startPoolStand } from "../support/pool-stand.ts";
import { until } from "../support/until.ts";

const NAMES = ["counted", "used", "uploads", "dead", "sticky"] as const;
const LIMIT = 40;
const accountOf = (request: RecordedRequest): string => request.field("authorization") ?? "";
const refusal = (code: number, status = 400) => ({
  status,
  fields: [["Content-Type", "application/json"]] as const,
  body: JSON.stringify({ error: { code, message: `(#${code})` } }),
});

type Shown = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

interface ShownPool {
  readonly pool: string;
  readonly origins: readonly Readonly<Record<string, unknown>>[];
}

const { origins, gateway } = await startPoolStand(
  1,
  ([url]) => ({
    origin: "counted",
    // A policy counts for an account wherever it counts: here each pool has its own.
    policies: Object.fromEntries(
      NAMES.map((name) => [
        name,
        { algorithm: "sliding-window-log", limit: LIMIT - 1, window: "1h", key: "everyone" },
      ]),
    ),
    origins: Object.fromEntries(
      NAMES.map((name) => [
        name,
        {
          members: ["a", "b"].map((account) => ({
            url,
            account,
            stripPrefix: `/${name}`,
            headers: { authorization: `Bearer ${account}` },
          })),
          per: "member",
          policies: [name],
          whenLimited: ["reject"],
          feedback: { profile: "facebook-graph", scopes: { app: name } },
          ...(name === "sticky" ? { affinity: "header:x-team" } : {}),
        },
      ]),
    ),
    routes: NAMES.map((name) => ({ path: `/${name}/*`, origin: name })),
  }),
  { vars: { ADMIN_TOKEN } },
);
const [first] = origins;
if (first === undefined) throw new Error("an origin was started");
const origin = first;
const statuses = async (calls: readonly Promise<Reply>[]): Promise<Readonly<Record<number, number>>> => {
  const counts: Record<number, number> = {};
  for (const { status } of await Promise.all(calls)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
const times = (count: number, ask: (at: number) => Promise<Reply>): readonly Promise<Reply>[] =>
  Array.from({ length: count }, (_, at) => ask(at));

/** What an account of the stand-in has served, of 40 each. */
function serveBudgets(
  path: string,
  used: Readonly<Record<string, number>> = {},
): { readonly refused: () => number } {
  const served = new Map(Object.entries(used));
  let refused = 0;
  origin.serve(path, (request) => {
    const account = accountOf(request);
    const count = served.get(account) ?? 0;
    if (count >= LIMIT) {
      refused += 1;
      return refusal(4);
    }
    served.set(account, count + 1);
    return { body: account };
  });
  return { refused: () => refused };
}

it("two accounts of 40 calls: 78 go through, and none is refused by the origin", async () => {
  const budgets = serveBudgets("/calls");
  expect(await statuses(times(80, (at) => send(gateway, `/counted/calls?${at}`)))).toMatchObject({ 200: 78 });
  expect(budgets.refused()).toBe(0);
});

describe("an account that somebody else used up", () => {
  it("is refused once, and uploads go to the other: 10 of 10", async () => {
    const budgets = serveBudgets("/uploads", { "Bearer a": LIMIT });
    const replies: Reply[] = [];
    // Which of two that seem alike is asked first is chance.
    while (replies.length < 10 || (budgets.refused() === 0 && replies.length < 200))
      replies.push(await send(gateway, "/uploads/uploads", { method: "POST", body: "x".repeat(20_000) }));
    expect(replies.map(({ status, text }) => [status, text()])).toEqual(replies.map(() => [200, "Bearer b"]));
    expect(budgets.refused()).toBe(1);
  });

  it("gets no streamed upload, once that is known", async () => {
    serveBudgets("/streamed", { "Bearer a": LIMIT });
    await send(gateway, "/used/streamed");
    await send(gateway, "/used/streamed");
    const body = "x".repeat(200_000);
    const uploads = times(10, () => send(gateway, "/used/streamed", { method: "POST", body }));
    expect(await statuses(uploads)).toEqual({ 200: 10 });
  });

  it("is shown with what it has left and how long it waits", async () => {
    const pools = (await askAdmin(gateway, "GET", "/origins")).json()["items"] as readonly ShownPool[];
    const [a, b] = pools.find(({ pool }) => pool === "uploads")?.origins ?? [];
    expect(String(a?.["url"])).toMatch(/#a$/);
    expect([a?.["left"], Number(a?.["waitMs"]) > 0]).toEqual([0, true]);
    expect([Number(b?.["left"]) > 0.5, b?.["waitMs"]]).toEqual([true, 0]);
    const explained = await askAdmin(gateway, "POST", "/explain", {
      body: { url: "https://api.example/uploads/uploads" },
    });
    const { accounts, policies } = explained.json()["outbound"] as Shown;
    expect(accounts?.map(({ left }) => left === 0)).toEqual([true, false]);
    expect(policies?.map(({ counter }) => JSON.stringify(counter).includes("#a"))).toEqual([true, false]);
  });
});

it("an account whose token is dead is left alone, and the log says so", async () => {
  origin.serve("/me", (request) => (accountOf(request) === "Bearer a" ? refusal(190) : { body: "alive" }));
  expect(await statuses(times(1, () => send(gateway, "/dead/me", { method: "POST", body: "kept" })))).toEqual(
    { 200: 1 },
  );
  for (let call = 0; call < 10; call += 1) expect((await send(gateway, "/dead/me")).text()).toBe("alive");
  const asked = origin.requests("/me").filter((request) => accountOf(request) === "Bearer a");
  expect(asked).toHaveLength(1);
  const rejected = (): boolean =>
    readEvents(gateway, "origin").some(
      ({ origin: url, state }) => String(url).endsWith("#a") && state === "rejected",
    );
  await until("the line in the log", rejected);
});

it("a team keeps to its account while that has quota", async () => {
  origin.serve("/sticky", (request) => ({ body: accountOf(request) }));
  const ask = (team: string): Promise<Reply> =>
    send(gateway, "/sticky/sticky", { fields: [["X-Team", team]] });
  const own = await Promise.all(times(10, () => ask("blue")));
  expect(new Set(own.map(({ text }) => text()))).toHaveLength(1);
});
