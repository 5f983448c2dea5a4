import { describe, expect, it } from "vitest";
import {
  isSameForAll,
  OWN_FIELDS,
  readPreflight,
  toAnswerFields,
  toPreflightFields,
} from "../../../src/core/cors/cors-fields.ts";
import { corsSettings, type CorsSettings } from "../../../src/core/cors/cors-settings.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";

const APP = "https://app.example";

function cors(given: object): CorsSettings {
  const parsed = parseWith(corsSettings, given);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

describe("readPreflight()", () => {
  const read = (method: string, fields: Readonly<Record<string, string>>): unknown =>
    readPreflight({ method, header: (name) => fields[name] });
  const FIELDS = { origin: APP, "access-control-request-method": "PUT" };

  it("reads what a page wants to send", () => {
    expect(read("OPTIONS", { ...FIELDS, "access-control-request-headers": "x-a,x-b" })).toEqual({
      origin: APP,
      method: "PUT",
      headers: "x-a,x-b",
    });
  });

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ["GET", FIELDS],
    ["options", FIELDS],
    ["OPTIONS", { origin: APP }],
    ["OPTIONS", { "access-control-request-method": "PUT" }],
    ["OPTIONS", { ...FIELDS, "access-control-request-method": "PUT, GET" }],
    ["OPTIONS", { ...FIELDS, "access-control-request-method": "" }],
  ])("takes %s with %j for no preflight", (method, fields) => {
    expect(read(method, fields)).toBeUndefined();
  });
});

describe("toPreflightFields()", () => {
  const asked = { origin: APP, method: "PUT", headers: "x-a" };

  it.each<readonly [object, string | undefined]>([
    [{ origins: "*" }, "x-a"],
    [{ origins: "*", headers: ["x-b", "X-C"] }, "x-b, X-C"],
    [{ origins: "*", headers: "*" }, "x-a"],
  ])("allows headers: %j", (given, allowed) => {
    expect(new Map(toPreflightFields(cors(given), asked)).get("Access-Control-Allow-Headers")).toBe(allowed);
  });

  it("varies by the page even where it allows it nothing", () => {
    expect(toPreflightFields(cors({ origins: ["https://other.example"] }), asked)).toEqual([
      ["Vary", "Origin"],
    ]);
  });
});

describe("toAnswerFields()", () => {
  it("names a page as it names itself, credentials, and each exposed field once", () => {
    const settings = cors({ origins: [APP], credentials: true, exposed: ["X-Total", "retry-after"] });
    const fields = toAnswerFields(settings, { origin: APP, exposed: "X-TOTAL, , X-Page" });
    expect(fields).toEqual([
      ["Access-Control-Allow-Origin", APP],
      ["Access-Control-Allow-Credentials", "true"],
      [
        "Access-Control-Expose-Headers",
        [
          "X-TOTAL",
          "X-Page",
          "retry-after",
          ...OWN_FIELDS.split(", ").filter((name) => name !== "Retry-After"),
        ].join(", "),
      ],
    ]);
  });

  it.each([undefined, "https://evil.example", "null"])("has nothing for %s", (origin) => {
    expect(toAnswerFields(cors({ origins: [APP] }), { origin, exposed: undefined })).toBeUndefined();
  });
});

it.each<readonly [object, boolean]>([
  [{ origins: "*" }, true],
  [{ origins: [APP] }, false],
  [{ origins: ["https://*.app.example"] }, false],
])("isSameForAll() of %j is %s", (given, isSame) => {
  expect(isSameForAll(cors(given))).toBe(isSame);
});
