// A gateway that sells a language model's API: docs/guides/sell-an-llm-api.md goes through it.

import { defineConfig } from "headgate";

/** Dollars for a million tokens. */
const prices = { m: { input: 2.5, output: 10, cachedInput: 1.25 }, "*": { input: 10, output: 30 } };

export default defineConfig({
  // `npm run llm`. The real one: "https://api.openai.com".
  origin: "http://127.0.0.1:8792",
  policies: {
    tokens: {
      algorithm: "sliding-window",
      limit: 1_000,
      window: "10s",
      key: ["header:x-customer", "json:model"],
      onMissing: "deny",
      cost: { estimate: "openai" },
      settle: { usage: "openai" },
    },
    // A dollar a month: a unit is a millionth of one.
    money: {
      algorithm: "quota",
      period: "month",
      limit: 1_000_000,
      key: "header:x-customer",
      onMissing: "deny",
      cost: { estimate: "openai", usd: prices },
      settle: { usage: "openai" },
    },
    streams: { algorithm: "concurrency", limit: 4, key: "header:x-customer" },
  },
  routes: [
    {
      path: "/v1/chat/completions",
      methods: ["POST"],
      policies: ["tokens", "money", "streams"],
      errors: "openai",
    },
  ],
});
