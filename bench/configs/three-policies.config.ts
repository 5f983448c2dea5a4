import { defineConfig } from "headgate";

export default defineConfig({
  origin: "http://127.0.0.1:8790",
  log: { denied: 0 },
  policies: {
    "per-second": { algorithm: "token-bucket", limit: 100_000, window: "1s", key: "ip" },
    "per-minute": { algorithm: "token-bucket", limit: 6_000_000, window: "1m", key: "ip" },
    "per-hour": { algorithm: "token-bucket", limit: 360_000_000, window: "1h", key: "ip" },
  },
  routes: [{ path: "/*", policies: ["per-second", "per-minute", "per-hour"] }],
});
