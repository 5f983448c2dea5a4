import { expect, test } from "vitest";
import { toCounterKey } from "../../../src/core/keys/counter-key.ts";
import type { Facts } from "../../../src/core/keys/facts.ts";
import { pickVariant } from "../../../src/core/policies/pick-variants.ts";
import { toConfig, toInput, toProblems } from "../config/config-input.ts";

const policies = {
  app: {
    algorithm: "sliding-window-log",
    limit: 40,
    window: "1h",
    key: "everyone",
    limits: [{ methods: ["POST"], limit: 10 }],
  },
};
const URL_A = "https://a.example";
const toPool = (given: object): ReturnType<typeof toInput> =>
  toInput({
    policies,
    routes: [{ path: "/*" }],
    origins: {
      graph: {
        members: [
          { url: URL_A, account: "a" },
          { url: URL_A, account: "b" },
        ],
        ...given,
      },
    },
  });
const FACTS = { method: "POST", path: "/" } as unknown as Facts;

test("each account has counters of its own, of whichever limits", () => {
  const [pool] = toConfig(toPool({ per: "member", policies: ["app"] })).pools;
  expect(pool?.members.map(({ url, base }) => [url, base])).toEqual([
    [`${URL_A}#a`, URL_A],
    [`${URL_A}#b`, URL_A],
  ]);
  const keys = pool?.outbound?.byMember?.flatMap((limited) =>
    limited.policies.flatMap((policy) => {
      const picked = pickVariant(policy, undefined, {
        facts: { method: "POST", country: undefined },
        routePath: "/",
      });
      return [policy, picked].map((one) => toCounterKey(one.key, FACTS, one));
    }),
  );
  expect(new Set(keys?.map((key) => (typeof key === "string" ? key : key.key)))).toHaveLength(4);
  expect(toConfig(toPool({ policies: ["app"] })).pools[0]?.outbound?.byMember).toBeUndefined();
});

test("an origin that stands there twice is another account where it is shown another secret", () => {
  const members = ["FB_A", "FB_B"].map((secret) => ({
    url: URL_A,
    credential: { secret, query: "access_token" },
  }));
  const [pool] = toConfig(toPool({ members, per: "member", policies: ["app"] })).pools;
  expect(pool?.members.map(({ url, base }) => [url, base])).toEqual([
    [URL_A, URL_A],
    [`${URL_A}#FB_B`, URL_A],
  ]);
  expect(toProblems(toPool({ members: [members[0], members[1], members[1]] }))[0]).toContain("account");
});

test("what cannot be so is said", () => {
  expect(toProblems(toPool({ per: "member" }))).toEqual([
    'origins.graph.per: needs policies or feedback: without them nothing is counted "per" anything [invalid]',
  ]);
  expect(
    toProblems(
      toPool({
        members: [
          { url: URL_A, account: "a" },
          { url: URL_A, account: "a" },
        ],
      }),
    )[0],
  ).toContain("account");
});
