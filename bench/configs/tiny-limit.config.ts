import { defineConfig } from "headgate";

export default defineConfig({
  origin: "http://127.0.0.1:8790",
  log: { denied: 0 },
  policies: {
    "per-client": { algorithm: "token-bucket", limit: 600, window: "1m", burst: 10, key: "ip" },
  },
  routes: [{ path: "/*", policies: ["per-client"] }],
});
