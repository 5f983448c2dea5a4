// The dialects of third parties over real HTTP: which calls one refusal stops, what is sent again, and how many calls an
// origin gets that nothing is known of yet.

import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { type Reply, send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import type { HttpAnswer, Origin } from "../support/origin.ts";
import { startPoolStand } from "../support/pool-stand.ts";

const JSON_FIELD: Fields = [["Content-Type", "application/json"]];
const toJson = (status: number, body: unknown, fields: Fields = []): HttpAnswer => ({
  status,
  fields: [...JSON_FIELD, ...fields],
  body: JSON.stringify(body),
});
const toError = (code: number): object => ({ error: { message: `(#${code})`, code } });
const SERVED = toJson(200, { id: "1" });

const NAMES = ["accounts", "batch", "parts", "windows", "moment", "slack", "paced"] as const;
type Name = (typeof NAMES)[number];
const MEMBERS = { json: "batch", form: "batch", count: true, max: 50 };
/** The pace of an hour's quota takes longer than a test: the app's has a window of its own, and more room than there is. */
const BATCHES = {
  cost: MEMBERS,
  retries: { max: 2 },
  whenLimited: ["queue", "reject"],
  feedback: { profile: "facebook-graph", scopes: { app: "app" } },
};
const rest: Readonly<Partial<Record<Name, object>>> = {
  parts: { ...BATCHES, policies: ["app", "calls", "parallel"] },
  windows: { ...BATCHES, policies: ["app"] },
  // It need not be saved up for.
  moment: { retries: { max: 2, budgetPercent: 100, statuses: [500] }, whenLimited: ["queue", "reject"] },
  slack: { feedback: { profile: "slack" } },
  paced: { feedback: { profile: "standard" }, whenLimited: ["queue", "reject"] },
};

/** What a batch's own calls may use. */
const CALLS = 20;

let origin: Origin;
let stand: Awaited<ReturnType<typeof startPoolStand>>;
const ask = (path: string, token = "t", options: object = {}): Promise<Reply> =>
  send(stand.gateway, path, { fields: [["Authorization", `Bearer ${token}`]], ...options });
/** "held": the origin was not asked. The status alone does not tell: the gateway refuses in the API's own words. */
async function resultOf(path: string, token?: string): Promise<number | "held"> {
  const before = origin.requests().length;
  const { status } = await ask(path, token);
  return origin.requests().length === before ? "held" : status;
}

beforeAll(async () => {
  stand = await startPoolStand(1, ([url = ""]) => ({
    origin: "accounts",
    origins: Object.fromEntries(
      NAMES.map((name) => [
        name,
        {
          members: [{ url, stripPrefix: `/${name}` }],
          whenLimited: ["reject"],
          retries: { max: 0 },
          feedback: { profile: "facebook-graph" },
          ...rest[name],
        },
      ]),
    ),
    policies: {
      app: { algorithm: "sliding-window-log", limit: 1_000, window: "600ms", key: "everyone" },
      // What the first answer holds must be free for the second.
      parallel: { algorithm: "concurrency", limit: 5, expires: "60s", key: "everyone" },
      calls: { algorithm: "sliding-window-log", limit: CALLS, window: "1h", key: "header:authorization" },
    },
    routes: NAMES.map((name) => ({ path: `/${name}/*`, origin: name })),
  }));
  const [first] = stand.origins;
  if (first === undefined) throw new Error("an origin was started");
  origin = first;
});

describe("an ad account, a page or a user that is at its limit", () => {
  it("stops its own calls and nobody else's, without a policy for it", async () => {
    origin.serve("/v25.0/act_1/insights", toJson(400, toError(80_004)));
    expect(await resultOf("/accounts/v25.0/act_1/insights")).toBe(400);
    origin.serve("*", SERVED);
    expect(await resultOf("/accounts/v25.0/act_1/ads")).toBe("held");
    expect(await resultOf("/accounts/v25.0/act_2/insights")).toBe(200);

    origin.serve("/v25.0/me", toJson(400, toError(17)));
    expect(await resultOf("/accounts/v25.0/me", "alice")).toBe(400);
    expect(await resultOf("/accounts/v25.0/bakery", "alice")).toBe("held");
    expect(await resultOf("/accounts/v25.0/bakery", "bob")).toBe(200);
  });

  it("is known also by the id that another call's usage names", async () => {
    const usage = '{"7":[{"type":"ads_insights","call_count":100,"estimated_time_to_regain_access":1}]}';
    origin.serve("/v25.0/23850", toJson(200, {}, [["X-Business-Use-Case-Usage", usage]]));
    expect(await resultOf("/accounts/v25.0/23850")).toBe(200);
    expect(await resultOf("/accounts/v25.0/act_7/insights")).toBe("held");
  });
});

it("a batch of which a part is refused goes to the client whole, and stops the next call; a 429 stops as well", async () => {
  const body = [
    { code: 200, headers: [], body: "{}" },
    { code: 400, headers: [], body: JSON.stringify(toError(4)) },
  ];
  origin.serve("/v25.0/", toJson(200, body));
  const batch = await ask("/batch/v25.0/", "t", { method: "POST", body: "batch=[]" });
  expect([batch.status, JSON.parse(batch.text())]).toEqual([200, body]);
  expect(await resultOf("/batch/v25.0/me")).toBe("held");
});

describe("calls of a batch that are refused", () => {
  interface Call {
    readonly method: string;
    readonly relative_url: string;
  }
  const get = (url: string): Call => ({ method: "GET", relative_url: url });
  const toServed = ({ relative_url: url }: Call): object => ({
    code: 200,
    headers: [],
    body: `{"id":"${url}"}`,
  });
  /** A share of which nothing is paced: a stop is all that is waited for. */
  const toUsage = (minutes: number): { readonly name: string; readonly value: string } => ({
    name: "X-App-Usage",
    value: JSON.stringify({ call_count: 50, estimated_time_to_regain_access: minutes }),
  });
  const USAGE = toUsage(0.002);
  const REFUSED = { code: 400, headers: [USAGE], body: JSON.stringify(toError(4)) };
  const post = (name: Name, batch: readonly Call[], token: string): Promise<Reply> =>
    ask(`/${name}/v25.0`, token, {
      method: "POST",
      fields: [
        ["Authorization", `Bearer ${token}`],
        ["Content-Type", "application/x-www-form-urlencoded"],
      ],
      body: `batch=${encodeURIComponent(JSON.stringify(batch))}`,
    });
  /** Answers a batch by its calls, and has what was asked so far. */
  const serveBatches = (answer: (calls: readonly Call[], round: number) => HttpAnswer): Call[][] => {
    const asked: Call[][] = [];
    origin.serve("/v25.0", ({ body }) => {
      const calls = JSON.parse(new URLSearchParams(body().toString()).get("batch") ?? "[]") as Call[];
      asked.push(calls);
      return answer(calls, asked.length);
    });
    return asked;
  };

  it("are sent again by themselves where they read, wait for that, cost one each, and answer in their places", async () => {
    const asked = serveBatches((calls, round) => {
      const answers = calls.map((call, place) =>
        place % 2 === 1 || (round === 1 && place > 3) ? REFUSED : toServed(call),
      );
      const fields: Fields = [...JSON_FIELD, ["Content-Encoding", "gzip"], ["ETag", '"of the first"']];
      return { fields, body: gzipSync(JSON.stringify(answers)) };
    });
    const batch = [get("a"), get("b"), get("c"), { method: "POST", relative_url: "d" }, get("e")];
    const beganMs = Date.now();
    const reply = await post("parts", batch, "one");
    expect([reply.field("Content-Encoding"), reply.field("ETag")]).toEqual([undefined, undefined]);
    expect(asked).toEqual([batch, [get("b"), get("e")], [get("e")]]);
    expect(JSON.parse(reply.text())).toEqual([
      ...batch.slice(0, 3).map(toServed),
      // It may have been done in part, or be another one's to undo: who sent it decides.
      REFUSED,
      toServed(get("e")),
    ]);
    // The stop is 120 ms long, and each round meets one.
    expect(Date.now() - beganMs).toBeGreaterThanOrEqual(240);
    // Eight are used: so many are left, and not one more.
    serveBatches((calls) => toJson(200, calls.map(toServed)));
    for (const calls of [5, 5, CALLS - 18]) {
      const more = Array.from({ length: calls }, (_, at) => get(`more-${at}`));
      expect((await post("parts", more, "one")).status).toBe(200);
    }
    serveBatches(() => ({ status: 500 }));
    expect((await post("parts", [get("x")], "one")).status).not.toBe(500);
  });

  it.each<[string, HttpAnswer]>([
    ["fewer answers", toJson(200, [])],
    ["no answers", toJson(200, { data: [] })],
    ["null", toJson(200, [null])],
    ["an error", toJson(400, toError(100))],
    ["half a text", { fields: JSON_FIELD, body: '[{"code":200}' }],
    ["no UTF-8", { fields: JSON_FIELD, body: Buffer.from('[{"code":200,"body":"\xff"}]', "latin1") }],
    ["nothing", { status: 204 }],
  ])("stay refused, and all else as it came, where the second answer is %s", async (what, second) => {
    const first = toJson(200, [toServed(get("a")), REFUSED]);
    const asked = serveBatches((_, round) => (round === 1 ? first : second));
    const reply = await post("windows", [get("a"), get("b")], what);
    expect([reply.status, reply.text(), asked.length]).toEqual([200, first.body, 2]);
  });

  it("three batches of 20 at 38 a window that nobody told of: no refusal inside reaches the caller", async () => {
    const WINDOW_MS = 600;
    let served: number[] = [];
    serveBatches((calls) => {
      const nowMs = Date.now();
      served = served.filter((ms) => ms > nowMs - WINDOW_MS);
      const answers = calls.map((call) => {
        if (served.length < 38) {
          served.push(nowMs);
          return toServed(call);
        }
        const minutes = ((served[0] ?? nowMs) + WINDOW_MS - nowMs) / 60_000;
        return { ...REFUSED, headers: [toUsage(minutes)] };
      });
      return toJson(200, answers);
    });
    const batches = [0, 1, 2].map((batch) =>
      Array.from({ length: 20 }, (_, at) => get(`item-${batch}-${at}`)),
    );
    const replies = await Promise.all(batches.map((batch) => post("windows", batch, "three")));
    expect(replies.map((reply) => JSON.parse(reply.text()) as unknown)).toEqual(
      batches.map((batch) => batch.map(toServed)),
    );
  });
});

describe("a failure for a moment", () => {
  const failing = (path: string, answer: HttpAnswer): void => {
    let asked = 0;
    origin.serve(path, () => {
      asked += 1;
      return asked === 1 ? answer : SERVED;
    });
  };
  // A retry at the same origin is one of those that requests earn.
  beforeAll(async () => {
    origin.serve("*", SERVED);
    for (let call = 0; call < 12; call += 1) await ask("/moment/x");
  });

  it.each<[string, string, HttpAnswer, string, number]>([
    ["Graph's code 2", "/v25.0/two", toJson(500, toError(2)), "GET", 200],
    ["Graph's code 1 in a 400", "/v25.0/one", toJson(400, toError(1)), "GET", 200],
    ["a status that the pool names", "/v25.0/named", { status: 500 }, "GET", 200],
    ["a POST's", "/v25.0/post", toJson(500, toError(2)), "POST", 500],
  ])("%s is sent again where that is safe", async (_, path, answer, method, status) => {
    failing(path, answer);
    expect((await ask(`/moment${path}`, "t", { method })).status).toBe(status);
    expect(origin.requests(path)).toHaveLength(status === 200 ? 2 : 1);
  });
});

it("Slack's methods wait each for themselves", async () => {
  origin.serve("/api/chat.postMessage", { status: 429, fields: [["Retry-After", "30"]] });
  origin.serve("*", SERVED);
  expect(await resultOf("/slack/api/chat.postMessage")).toBe(429);
  expect(await resultOf("/slack/api/chat.postMessage")).toBe("held");
  expect(await resultOf("/slack/api/chat.postMessage", "another workspace")).toBe(429);
  expect(await resultOf("/slack/api/users.list")).toBe(200);
});

it("80 calls at once over a budget of 60 that nobody told of: at most one is refused, in the time that it takes", async () => {
  const WINDOW_MS = 2_000;
  let served: number[] = [];
  let refused = 0;
  origin.serve("/budget", () => {
    const nowMs = Date.now();
    served = served.filter((ms) => ms > nowMs - WINDOW_MS);
    const isServed = served.length < 60;
    if (isServed) served.push(nowMs);
    else refused += 1;
    const resetSeconds = Math.ceil(((served[0] ?? nowMs) + WINDOW_MS - nowMs) / 1_000);
    const fields: Fields = [
      ["X-RateLimit-Limit", "60"],
      ["X-RateLimit-Remaining", String(60 - served.length)],
      ["X-RateLimit-Reset", String(resetSeconds)],
    ];
    return isServed
      ? { fields }
      : { status: 429, fields: [...fields, ["Retry-After", String(resetSeconds)]] };
  });
  const beganMs = Date.now();
  const replies = await Promise.all(Array.from({ length: 80 }, (_, call) => ask(`/paced/budget?${call}`)));
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(80);
  expect(refused).toBeLessThanOrEqual(1);
  // The budget needs one window; the machine some time.
  expect(Date.now() - beganMs).toBeLessThan(2 * WINDOW_MS);
});
