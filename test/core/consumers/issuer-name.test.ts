import { expect, test } from "vitest";
import { isIssuedBy, toIssuerName } from "../../../src/core/consumers/issuer-name.ts";

test.each<[name: string, claims: Readonly<Record<string, unknown>>, wanted: boolean]>([
  ["https://a.example", { iss: "https://a.example" }, true],
  ["https://a.example/", { iss: "https://a.example" }, false],
  ["https://a.example", {}, false],
  ["https://a.example/{tid}/v2.0", { iss: "https://a.example/t1/v2.0", tid: "t1" }, true],
  ["https://a.example/{tid}/v2.0", { iss: "https://a.example/t1/v2.0", tid: "t2" }, false],
  ["https://a.example/{tid}/v2.0", { iss: "https://a.example/t1/v2.0" }, false],
  ["https://a.example/{tid}/v2.0", { iss: "https://a.example/a/b/v2.0", tid: "a/b" }, false],
  ["https://a.example/{tid}/v2.0", { iss: "https://a.example//v2.0", tid: "" }, false],
  ["https://a.example/{tid}/v2.0", { iss: "https://a.example/{tid}/v2.0", tid: "{tid}" }, false],
  ["https://a.example/{tid}/v2.0", { iss: "https://a.example/7/v2.0", tid: 7 }, false],
])("isIssuedBy() of %s and %j is %j", (name, claims, wanted) => {
  expect(isIssuedBy(toIssuerName(name), claims)).toBe(wanted);
});
