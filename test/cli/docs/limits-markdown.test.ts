import { describe, expect, test } from "vitest";
import { toMarkdown } from "../../../src/cli/docs/limits-markdown.ts";
import { describeLimit } from "../../../src/cli/docs/plan-limits.ts";
import { toConfig, toInput } from "../../core/config/config-input.ts";

describe("limits as Markdown", () => {
  test("have a column for each plan, a row for each policy, and the routes", () => {
    const config = toConfig(
      toInput({
        policies: {
          plan: {
            algorithm: "sliding-window",
            limit: 100,
            window: "1m",
            key: "consumer",
            limits: [{ countries: ["CH"], limit: 10 }],
          },
          month: { algorithm: "quota", limit: 10_000, period: "month", key: "consumer" },
          unused: { algorithm: "sliding-window", limit: 1, window: "1s", key: "ip" },
          dry: { algorithm: "sliding-window", limit: 1, window: "1s", key: "ip", mode: "shadow" },
        },
        tiers: {
          free: { month: { limit: 0 } },
          pro: { plan: { limit: 1_000 }, month: { limit: "unlimited" } },
        },
        routes: [
          {
            path: "/a|b",
            hosts: ["*.example.com"],
            auth: "required",
            scopes: ["x"],
            policies: ["plan", "month"],
            cost: 3,
          },
          { path: "/*", policies: ["dry"] },
        ],
      }),
    );
    expect(toMarkdown(config)).toContain(
      [
        "| policy | requests | counted by | without a plan | free | pro |",
        "| --- | --- | --- | --- | --- | --- |",
        "| `plan` | from CH | `consumer` | 10 per minute | 10 per minute | 10 per minute |",
        "| `plan` | all | `consumer` | 100 per minute | 100 per minute | 1,000 per minute |",
        "| `month` | all | `consumer` | 10,000 per month (UTC) | no access | unlimited |",
        "",
        "## Routes",
      ].join("\n"),
    );
    expect(toMarkdown(config)).toContain(
      String.raw`| ${"`/a\\|b`"} | ${"`*.example.com`"} | ${"`plan`, `month`"} | 3 | a credential with ${"`x`"} |`,
    );
    expect(toMarkdown(config)).toContain("| `/*` | all |  |  |  |");
    expect(toMarkdown(toConfig(toInput({ policies: {}, routes: [{ path: "/*" }] })))).toContain(
      "There are no limits.",
    );
  });

  test.each<[object, string]>([
    [{ algorithm: "token-bucket", limit: 60, window: "90s", burst: 20 }, "60 per 90 seconds, 20 at once"],
    [{ algorithm: "token-bucket", limit: 60, window: "1d" }, "60 per day"],
    [{ algorithm: "fixed-window", limit: 5_000, window: "12h" }, "5,000 per 12 hours"],
    [{ algorithm: "concurrency", limit: 3 }, "3 at a time"],
    [{ algorithm: "leaky-bucket", limit: 2, window: "1500ms" }, "2 per 1,500 milliseconds"],
    [
      { algorithm: "quota", limit: 9, period: "week", timeZone: "Europe/Zurich" },
      "9 per week (Europe/Zurich)",
    ],
    [{ algorithm: "sliding-window", limit: 0, window: "1s" }, "no access"],
    [{ algorithm: "sliding-window", limit: "unlimited", window: "1s" }, "unlimited"],
    [
      { algorithm: "sliding-window", limit: { claim: "rpm", default: 5, max: 50 }, window: "1m" },
      "5 per minute, or what the token says, up to 50",
    ],
    [
      { algorithm: "sliding-window", limit: { base: 50, min: 5, follow: "api" }, window: "1m" },
      "50 per minute, down to 5 under high load",
    ],
  ])("say %j as a customer reads it", (policy, said) => {
    const { policies } = toConfig(
      toInput({ policies: { p: { key: "ip", ...policy } }, routes: [{ path: "/*" }] }),
    );
    expect(policies.map(describeLimit)).toEqual([said]);
  });
});
