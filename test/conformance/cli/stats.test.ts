// What the command line says of what the gateway counted.

import { afterAll, describe, expect, it } from "vitest";
import { startProvider } from "../../../demo/llm/provider.ts";
import { ADMIN_TOKEN } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { createCalls } from "../support/command-line.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const provider = await startProvider();
afterAll(provider.close);
const { gateway } = await startStand(
  {
    // A call that the pool's policy reads too is counted once, by its route's.
    origins: { models: { members: [provider.url], policies: ["all-calls"] } },
    policies: {
      plan: {
        algorithm: "fixed-window",
        align: "first-request",
        limit: 3,
        window: "1h",
        key: "consumer",
        consistency: "exact",
      },
      budget: {
        algorithm: "quota",
        period: "month",
        limit: 1_000_000,
        key: ["consumer", "json:model"],
        cost: {
          estimate: "openai",
          usd: { "gpt-5": { input: 2, output: 10 }, "*": { input: 1, output: 1 } },
        },
        settle: { usage: "openai" },
      },
      "all-calls": {
        algorithm: "sliding-window",
        limit: 1_000_000,
        window: "1h",
        key: "everyone",
        cost: { estimate: "openai" },
        settle: { usage: "openai" },
      },
    },
    routes: [
      { path: "/v1/*", auth: "required", policies: ["budget"], origin: "models" },
      { path: "/*", auth: "required", policies: ["plan"], cost: 1 },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);
const headgate = createCalls(gateway);
type Item = Readonly<Record<string, unknown>>;

const { key } = (await headgate(["keys", "create", "acme", "--json"])).json();
const FIELDS = [["X-API-Key", String(key)]] as const;
const say = (model: string, more: object): ReturnType<typeof send> =>
  send(gateway, "/v1/chat/completions", {
    method: "POST",
    fields: [...FIELDS, ["Content-Type", "application/json"]],
    body: JSON.stringify({ model, messages: [{ role: "user", content: "say 40" }], ...more }),
  });
await Promise.all([
  say("gpt-5", {}),
  say("gpt-5", { stream: true }),
  say("small", {}),
  say("small", { messages: [] }),
]);
for (let time = 0; time < 5; time += 1) await send(gateway, "/", { fields: FIELDS });
const counted = await until(
  "the requests to be counted",
  async () => {
    const ended = await headgate(["denials", "--json"]);
    const items = ended.json()["items"] as Item[];
    const { models } = (await headgate(["usage", "--json"])).json();
    return items.length > 0 && (models as Item[]).length > 0 && items;
  },
  15_000,
);

describe("headgate", () => {
  it("denials says who was denied, by what and how often", async () => {
    expect(counted).toMatchObject([{ policy: "plan", consumer: "acme", count: 2 }]);
    const { out, code } = await headgate(["denials", "--minutes", "1440"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^policy +consumer +key \(hash\) +denied +since +last\nplan +acme +[0-9a-f]{16} +2 /);
  });

  it.each([[["usage"]], [["usage", "--month"]]])("%j says what each consumer used", async (argv) => {
    const { items } = (await headgate([...argv, "--json"])).json();
    expect(items).toContainEqual({ consumer: "acme", policy: "plan", units: 3 });
    expect((await headgate(argv)).out).toMatch(/acme +plan +3/);
  });

  it("usage says what each consumer used of each model, in tokens and in money", async () => {
    const { models } = (await headgate(["usage", "--json"])).json();
    const usd = (2 * (3 * 2 + 40 * 10)) / 1_000_000;
    expect(models).toEqual([
      { consumer: "acme", model: "gpt-5", calls: 2, input: 6, output: 80, cachedInput: 0, usd },
      {
        consumer: "acme",
        model: "small",
        calls: 2,
        input: 3,
        output: 56,
        cachedInput: 0,
        usd: 59 / 1_000_000,
      },
    ]);
    const { out } = await headgate(["usage"]);
    expect(out).toMatch(
      /^consumer +model +calls +input +output +of it cached +USD\nacme +gpt-5 +2 +6 +80 +0 +0.000812$/m,
    );
  });

  it("counters show says what a consumer used of one model, and in which unit", async () => {
    const argv = ["counters", "show", "budget", "acme", "gpt-5"];
    expect((await headgate([...argv, "--json"])).json()["items"]).toMatchObject([
      { unit: "micro-usd", used: 812 },
    ]);
    expect((await headgate(argv)).out).toContain("micro-usd");
  });

  it("watch says how the gateway is doing, again and again", async () => {
    const { out, code } = await headgate(["watch", "--for", "3s"]);
    expect(code).toBe(0);
    expect(out.match(/^requests +9$/gm)).toHaveLength(2);
    expect(out).toMatch(/^denied +2$/m);
  });
});

describe("headgate usage --unusual, and suggest --statistics", () => {
  it("say that too little is known of a gateway that has just begun", async () => {
    const unusual = await headgate(["usage", "--unusual"]);
    expect(unusual.code).toBe(0);
    expect(unusual.out).toContain("Nobody took much more than usual");
    const suggested = await headgate(["suggest", "--statistics", "--apply", "--as", "shadow"]);
    expect(suggested.code).toBe(0);
    expect(suggested.out).toMatch(/plan +- +1h +.*too little known/);
    expect(suggested.out).toContain("Statistics say nothing of budget: it does not count by consumer alone");
    expect(suggested.out).toContain("Nothing was applied.");
  });

  it("refuses a log beside the statistics, and neither of them", async () => {
    expect((await headgate(["suggest", "--statistics", "access.log"])).code).toBe(2);
    expect((await headgate(["suggest"])).code).toBe(2);
  });
});
