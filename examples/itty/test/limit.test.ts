import { exports } from "cloudflare:workers";
import { expect, test } from "vitest";

const ask = (): Promise<Response> =>
  exports.default.fetch("https://api.example.com/hello", { headers: { "X-Account": "acme" } });

test("of 100 requests at once of one account, 60 are answered", async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, ask));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(60);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(40);
});
