import { defineConfig } from "headgate";

export default defineConfig({
  origin: "http://127.0.0.1:8790",
  log: { denied: 0 },
  policies: {
    "per-client": { algorithm: "token-bucket", limit: 6_000_000, window: "1m", key: "ip" },
  },
  routes: [{ path: "/*", policies: ["per-client"] }],
});
