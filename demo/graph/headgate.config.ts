// A gateway in front of the Graph API stand-in: docs/guides/call-the-graph-api.md goes through it.

import { defineConfig } from "headgate";

export default defineConfig({
  origin: "graph",
  origins: {
    graph: {
      // `npm run graph`. The real one: "https://graph.facebook.com".
      members: ["http://127.0.0.1:8791"],
      policies: ["graph-app", "graph-user", "graph-page"],
      whenLimited: ["queue", "stale", "reject"],
      queue: { waitMax: "20s", lengthMax: 500 },
      priority: { header: "X-Priority", headerMax: "critical" },
      feedback: {
        profile: "facebook-graph",
        scopes: { app: "graph-app", user: "graph-user", page: "graph-page" },
        otherScopes: "pool",
      },
    },
  },
  policies: {
    // Each two in a hundred below the stand-in's budget: at 100 % it would tell everybody to stop.
    "graph-app": { algorithm: "sliding-window-log", limit: 98, window: "10s", key: "everyone" },
    "graph-user": { algorithm: "sliding-window-log", limit: 49, window: "10s", key: "header:authorization" },
    "graph-page": {
      algorithm: "sliding-window-log",
      limit: 68,
      window: "10s",
      key: "param:page",
      onMissing: "skip",
    },
  },
  // Problem documents, which show what the gateway refuses and what the API does. Clients that use Facebook's SDK get its own
  // errors from both without these.
  routes: [
    { path: "/:version/me/*", errors: "problem" },
    {
      path: "/:version/:page/:edge",
      // The Graph API forbids to store anything: for five seconds, and for the same token, this route does so all the same.
      cache: {
        private: true,
        override: ["no-store", "no-cache", "must-revalidate"],
        ttl: "5s",
        key: { headers: ["authorization"] },
      },
      errors: "problem",
    },
    { path: "/*", errors: "problem" },
  ],
});
