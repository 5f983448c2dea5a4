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
      },
    },
  },
  policies: {
    // As many calls as the stand-in serves, in a window that is longer by as much as calls may differ in how late they arrive.
    "graph-app": {
      algorithm: "sliding-window-log",
      limit: 100,
      window: "10200ms",
      key: "everyone",
      consistency: "exact",
    },
    "graph-user": {
      algorithm: "sliding-window-log",
      limit: 50,
      window: "10200ms",
      key: "header:authorization",
    },
    "graph-page": {
      algorithm: "sliding-window-log",
      limit: 70,
      window: "10200ms",
      key: "param:page",
      onMissing: "skip",
    },
  },
  routes: [
    { path: "/:version/me/*" },
    { path: "/:version/:page/:edge", cache: { ttl: "5s" } },
    { path: "/*" },
  ],
});
