// Your gateway. `npm start` and `npm run deploy` check it first and list every problem. docs/configuration.md has
// every key.

import { defineConfig } from "headgate";

export default defineConfig({
  // The demo origin that `npm start` brings up. Change this one line to front yours.
  origin: "http://127.0.0.1:8790",
  // Counter objects in each region: few do for a start. Another number moves keys, which then start afresh, so a gateway that
  // was deployed without this line is to stay without it (64).
  counters: { shards: 8 },
  policies: {
    "per-client": { algorithm: "token-bucket", limit: 60, window: "1m", burst: 20, key: "ip" },
    search: { algorithm: "sliding-window", limit: 10, window: "10s", key: ["ip", "path"] },
  },
  routes: [
    { path: "/search", methods: ["GET"], policies: ["per-client", "search"], cost: 2, cache: { ttl: "30s" } },
    { path: "/cacheable", policies: ["per-client"], cache: {} },
    { path: "/*", policies: ["per-client"] },
  ],
});
