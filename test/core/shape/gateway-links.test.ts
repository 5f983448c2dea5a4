import { expect, test } from "vitest";
import { toGatewayLink } from "../../../src/core/shape/gateway-links.ts";

const contexts = [
  { origin: "https://graph.example", gateway: "https://gate.test", prefix: "/fb" },
  { origin: "https://b.example/v2", gateway: "https://gate.test", prefix: "" },
];
const hidden = ["access_token", "appsecret_proof"];

test.each([
  [
    "https://graph.example/v1/me?limit=2&access_token=***&appsecret_proof=**&after=x",
    "https://gate.test/fb/v1/me?limit=2&after=x",
  ],
  ["https://graph.example/v1/me?access%5Ftoken=***", "https://gate.test/fb/v1/me"],
  ["https://GRAPH.example:443/v1/me#part", "https://gate.test/fb/v1/me#part"],
  ["https://b.example/v2/x?a=1", "https://gate.test/x?a=1"],
  ["https://b.example/v3/x", "https://b.example/v3/x"],
  ["https://graph.example.evil/x?access_token=y", "https://graph.example.evil/x?access_token=y"],
  ["https://cdn.example/x?sig=1&access_token=y", "https://cdn.example/x?sig=1&access_token=y"],
  ["https://user@graph.example/x", "https://user@graph.example/x"],
])("%s becomes %s", (url, wanted) => {
  expect(toGatewayLink(url, { contexts, hidden, shown: undefined })).toBe(wanted);
});

test("what the caller showed in its query stands there again, once", () => {
  const links = { contexts, hidden, shown: "access_token=hg_key" };
  expect(toGatewayLink("https://graph.example/me?access_token=***&after=x", links)).toBe(
    "https://gate.test/fb/me?after=x&access_token=hg_key",
  );
  expect(toGatewayLink("https://graph.example/me", links)).toBe(
    "https://gate.test/fb/me?access_token=hg_key",
  );
});
