// Your gateway: which origin it stands in front of, and how much it lets through. `npx headgate check` lists every problem.

import { defineConfig } from "headgate";

export default defineConfig({
  // The demo origin that `headgate dev` and `headgate start` bring up. Change this one line to front yours.
  origin: "http://127.0.0.1:8790",
  policies: {
    // Each client: 20 at once, and one more each second.
    "per-client": { algorithm: "token-bucket", limit: 60, window: "1m", burst: 20, key: "ip" },
    // And of searches, each of which costs two: at most 10 in any ten seconds.
    search: { algorithm: "sliding-window", limit: 10, window: "10s", key: "ip" },
  },
  routes: [
    { path: "/search", policies: ["per-client", "search"], cost: 2 },
    { path: "/cacheable", policies: ["per-client"], cache: {} },
    { path: "/*", policies: ["per-client"] },
  ],
});
