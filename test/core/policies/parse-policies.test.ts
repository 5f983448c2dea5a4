import { describe, expect, test } from "vitest";
import { algorithms } from "../../../src/core/algorithms/registry.ts";
import { POLICY, toConfig, toInput, toProblems } from "../config/config-input.ts";

/** The problems of one policy named "p", without "policies.p" before each. */
function problemsOf(policy: unknown): readonly string[] {
  const problems = toProblems(toInput({ policies: { p: policy }, routes: [{ path: "/*" }] }));
  return problems.map((problem) => problem.replace(/^policies\.p\.?/, ""));
}

describe("a policy", () => {
  test.each([
    [{ key: "ip" }, ["algorithm: is required [missing]"]],
    [
      { algorithm: "token-bucket" },
      [
        expect.stringMatching(/^key: must be one of ip, .+, received nothing \[missing\]$/),
        "limit: is required [missing]",
        "window: is required [missing]",
      ],
    ],
    [
      { ...POLICY, window: undefined },
      [
        'window: must be a duration of 1ms to 400d, in ms, s, m, h, d or w, such as "10s", "1h30m" or "7d", received nothing [missing]',
      ],
    ],
    [
      { ...POLICY, window: 60 },
      [
        'window: must be a duration of 1ms to 400d, in ms, s, m, h, d or w, such as "10s", "1h30m" or "7d", received 60; did you mean "60s"? [invalid]',
      ],
    ],
    [
      { ...POLICY, limit: "60" },
      [
        'limit: must be a whole number from 1 to 1099511627776, 0 for no access, "unlimited", { claim, default, max } or { base, min, follow }, received "60" [invalid]',
      ],
    ],
    [{ ...POLICY, key: [] }, ["key: must name 1 to 8 parts, received 0 [invalid]"]],
    [
      { ...POLICY, onMissing: "drop" },
      ['onMissing: must be one of "skip", "shared", "deny", "ip", received "drop" [invalid]'],
    ],
    [
      { ...POLICY, onError: "opened" },
      [
        'onError: must be one of "local", "local-full", "open", "closed", received "opened"; did you mean "open"? [invalid]',
      ],
    ],
    [
      { ...POLICY, timeoutMs: 60_001 },
      ["timeoutMs: must be a whole number of milliseconds from 1 to 60000, received 60001 [invalid]"],
    ],
    [[], [": must be an object, received an array [invalid]"]],
    [null, [": must be an object, received null [invalid]"]],
    [60, [": must be an object, received 60 [invalid]"]],
    [() => POLICY, [": must be an object, received a function [invalid]"]],
    [undefined, [": must be an object, received nothing [invalid]"]],
  ])("of %o is refused", (policy, problems) => {
    expect(problemsOf(policy)).toEqual(problems);
  });

  test.each(["constructor", "__proto__", "toString", "", "Token-Bucket"])(
    "knows no algorithm %j",
    (algorithm) => {
      expect(problemsOf({ ...POLICY, algorithm })).toEqual([
        expect.stringContaining(
          `algorithm: must be one of ${Object.keys(algorithms)
            .map((name) => `"${name}"`)
            .join(", ")}, received "${algorithm}"`,
        ),
      ]);
    },
  );

  const slips = Object.entries(algorithms).flatMap(([name, { optionNames }]) =>
    optionNames.filter((option) => option.length > 3).map((option) => [name, option] as const),
  );
  test.each(slips)("of %s is told the option %s when it is mistyped", (algorithm, option) => {
    const mistyped = `${option.slice(0, -2)}${option.at(-1)}${option.at(-2)}`;
    expect(problemsOf({ ...POLICY, algorithm, [mistyped]: 1 })).toContain(
      `${mistyped}: unknown key "${mistyped}"; did you mean "${option}"? [unknown-key]`,
    );
  });

  test.each(Object.entries(algorithms))(
    "of %s does not know the options of the others",
    (algorithm, { optionNames }) => {
      const others = Object.values(algorithms).flatMap((other) => other.optionNames);
      for (const option of new Set(others.filter((name) => !optionNames.includes(name)))) {
        expect(problemsOf({ ...POLICY, algorithm, [option]: "1m" })).toContainEqual(
          expect.stringMatching(`^${option}: unknown key "${option}"; .+ \\[unknown-key\\]$`),
        );
      }
    },
  );

  test("is told every unknown key, also those that every object inherits", () => {
    const options: unknown = JSON.parse('{"__proto__":1,"constructor":1,"a1":1,"b2":2}');
    const policy = Object.defineProperties(
      { ...POLICY },
      Object.getOwnPropertyDescriptors(options as object),
    );
    expect(
      problemsOf(policy)
        .map((problem) => problem.slice(0, problem.indexOf(":")))
        .sort(),
    ).toEqual(["__proto__", "a1", "b2", "constructor"]);
  });
});

describe("a policy's name", () => {
  test.each(["a", "A", "per-client", "v1.search_all", "0", "constructor", "prototype", "a".repeat(64)])(
    "can be %s",
    (name) => {
      const config = toConfig(
        toInput({ policies: { [name]: POLICY }, routes: [{ path: "/*", policies: [name] }] }),
      );
      expect(config.routes[0]?.policies.map((policy) => policy.name)).toEqual([name]);
    },
  );

  test.each(["", " ", "a b", "-a", ".a", "_a", 'a"b', "a\\b", "a;b", "a,b", "ä", "a\n", "a".repeat(65)])(
    "cannot be %j",
    (name) => {
      const problems = toProblems(
        toInput({
          policies: { [name]: { ...POLICY, limit: -1 } },
          routes: [{ path: "/*", policies: [name] }],
        }),
      );
      expect(problems).toEqual([
        `policies.${name}: must be a name of at most 64 letters, digits, '.', '_' and '-', received ${JSON.stringify(name)} [invalid]`,
        `policies.${name}.limit: must be a whole number from 1 to 1099511627776, received -1 [invalid]`,
      ]);
    },
  );
});
