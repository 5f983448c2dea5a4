// A gateway that shares one provider key among teams: docs/guides/share-a-provider-key.md goes through it.

import { defineConfig } from "headgate";

const tokens = { cost: { estimate: "openai" }, settle: { usage: "openai" } } as const;

export default defineConfig({
  origin: "model",
  origins: {
    model: {
      // `npm run llm`. The real one: { url: "https://api.openai.com", ... }, with the key as a secret of the deployment.
      members: [{ url: "http://127.0.0.1:8792", headers: { "x-team": "the-one-key" } }],
      policies: ["key"],
      whenLimited: ["queue", "reject"],
      queue: { waitMax: "20s" },
      feedback: { profile: "openai", scopes: { tokens: "key" }, otherScopes: "pool" },
    },
  },
  policies: {
    // A little below what the provider gives the key: 2,000 tokens in 10 s.
    key: { algorithm: "sliding-window", limit: 1_900, window: "10s", key: "everyone", ...tokens },
    team: {
      algorithm: "sliding-window",
      limit: 1_000,
      window: "10s",
      key: "header:x-caller",
      onMissing: "deny",
      ...tokens,
    },
  },
  routes: [{ path: "/v1/*", policies: ["team"] }],
});
