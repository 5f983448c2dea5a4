import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { corsRule, type CorsRule } from "../../../src/core/cors/cors-settings.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";

const APP = "https://app.example";

function toProblems(cors: unknown): readonly string[] {
  const parsed = parseWith(corsRule, cors, "cors");
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path}: ${message}`);
}

const BASE = { origin: "https://api.example", policies: {} };

describe("corsRule", () => {
  it("reads what is given, in the form that answers have it in", () => {
    const parsed = parseWith(corsRule, {
      origins: [
        "https://App.Example",
        "https://*.preview.example:8443",
        "capacitor://localhost",
        "http://[::1]:3000",
      ],
      credentials: true,
      headers: ["Authorization", "X-Own"],
      exposed: ["X-Total"],
      maxAge: "1h",
      preflight: "pass",
    });
    expect(parsed.ok && parsed.value).toEqual({
      origins: new Set([APP, "capacitor://localhost", "http://[::1]:3000"]),
      patterns: [{ pieces: ["https://", ".preview.example:8443"], length: 29 }],
      credentials: true,
      headers: "Authorization, X-Own",
      exposed: ["X-Total"],
      maxAge: "3600",
      preflight: "pass",
    });
  });

  it.each([["*"], [["*"]], [[APP, "*"]]])("takes %j for pages of any origin", (origins) => {
    const parsed = parseWith(corsRule, { origins });
    expect(parsed.ok && parsed.value).toEqual({
      origins: undefined,
      patterns: [{ pieces: ["", ""], length: 0 }],
      credentials: false,
      headers: undefined,
      exposed: [],
      maxAge: "600",
      preflight: "answer",
    });
  });

  it.each([
    "https://app.example/",
    "https://app.example/path",
    "app.example",
    "https://",
    "https://user@app.example",
    "https://app.example:443",
    "http://app.example:80",
    "https://app.*",
    "https://*",
    "https://*app.example",
    "https://a.*.example",
    "null",
    "",
    "https://app.example, https://other.example",
  ])("refuses what no page's origin is: %s", (origin) => {
    expect(toProblems({ origins: [APP, origin] })).toEqual([
      expect.stringContaining("cors.origins.1: must be"),
    ]);
  });

  it.each([
    [{ origins: "*", credentials: true }],
    [{ origins: [APP, "*"], credentials: true }],
    [{ origins: [APP], exposed: ["*"], credentials: true }],
  ])("refuses what browsers do: %j", (cors) => {
    expect(toProblems(cors)).toEqual([expect.stringContaining("cors.origins: must be named one by one")]);
  });

  it.each<readonly [unknown, string]>([
    [{}, "cors.origins: is required"],
    [{ origins: [] }, "cors.origins: must name at least one origin"],
    [{ origins: 1 }, 'cors.origins.0: must be "*", or an origin such as'],
    [{ origins: {} }, "cors.origins: must be a list of origins"],
    [{ origins: "*", headers: ["a b"] }, "cors.headers.0: must be a header's name"],
    [{ origins: "*", maxAge: "2d" }, "cors.maxAge: must be a duration"],
    [{ origins: "*", preflight: "no" }, 'cors.preflight: must be one of "answer", "pass"'],
    [{ origin: "*" }, 'cors.origin: unknown key "origin"; did you mean "origins"?'],
    ["off", 'cors: must be one of "origin", "none"'],
    [false, "cors: must be an object"],
  ])("says what is wrong: %j", (cors, problem) => {
    expect(toProblems(cors)).toEqual(expect.arrayContaining([expect.stringContaining(problem)]));
  });
});

describe("parseConfig()", () => {
  const rulesOf = (config: object): readonly CorsRule[] => {
    const parsed = parseConfig({ ...BASE, ...config });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    return [parsed.value.cors, ...parsed.value.routes.map(({ cors }) => cors)];
  };

  it("leaves CORS to origins where nothing is said", () => {
    expect(rulesOf({ routes: [{ path: "/*" }] })).toEqual(["origin", "origin"]);
  });

  it("takes a route's own rule before the gateway's", () => {
    const own = { origins: [APP] };
    const routes = [
      { path: "/a" },
      { path: "/b", cors: own },
      { path: "/c", cors: "origin" },
      { path: "/d", cors: "none" },
    ];
    const [common, inherited, given, ...others] = rulesOf({ cors: { origins: "*" }, routes });
    expect(inherited).toBe(common);
    expect(given).toMatchObject({ origins: new Set([APP]) });
    expect(others).toEqual(["origin", "none"]);
  });

  it("names the route whose rule is wrong, and everything else that is", () => {
    const parsed = parseConfig({
      ...BASE,
      cors: { origins: "*", credentials: true },
      routes: [{ path: "/a", cors: { origins: ["x"] } }],
    });
    expect(!parsed.ok && parsed.error.map(({ path }) => path)).toEqual([
      "cors.origins",
      "routes.0.cors.origins.0",
    ]);
  });
});
