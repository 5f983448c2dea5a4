// What the command line says of what the gateway counted.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { createCalls } from "../support/command-line.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const { gateway } = await startStand(
  {
    policies: {
      plan: {
        algorithm: "fixed-window",
        align: "first-request",
        limit: 3,
        window: "1h",
        key: "consumer",
        consistency: "exact",
      },
    },
    routes: [{ path: "/*", auth: "required", policies: ["plan"], cost: 1 }],
  },
  { vars: { ADMIN_TOKEN } },
);
const headgate = createCalls(gateway);
type Item = Readonly<Record<string, unknown>>;

const { key } = (await headgate(["keys", "create", "acme", "--json"])).json();
for (let time = 0; time < 5; time += 1) await send(gateway, "/", { fields: [["X-API-Key", String(key)]] });
const counted = await until(
  "the requests to be counted",
  async () => {
    const ended = await headgate(["denials", "--json"]);
    const items = ended.json()["items"] as Item[];
    return items.length > 0 && items;
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
    expect(items).toEqual([{ consumer: "acme", policy: "plan", units: 3 }]);
    expect((await headgate(argv)).out).toMatch(/acme +plan +3/);
  });

  it("watch says how the gateway is doing, again and again", async () => {
    const { out, code } = await headgate(["watch", "--for", "3s"]);
    expect(code).toBe(0);
    expect(out.match(/^requests +5$/gm)).toHaveLength(2);
    expect(out).toMatch(/^denied +2$/m);
  });
});
