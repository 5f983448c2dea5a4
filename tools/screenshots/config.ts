// The gateway that pictures are taken of: a bit of everything that the dashboard shows.

/** The source of its headgate.config.ts. */
export function toConfigSource(originUrl: string): string {
  const config = {
    origin: "api",
    origins: {
      api: { members: [originUrl], policies: ["upstream"], whenLimited: ["queue"], queue: { waitMax: "2s" } },
    },
    policies: {
      "per-client": { algorithm: "token-bucket", limit: 120, window: "1m", burst: 60, key: "ip" },
      hourly: { algorithm: "sliding-window", limit: 200, window: "1h", key: "ip" },
      search: { algorithm: "sliding-window", limit: 20, window: "10s", key: ["ip", "path"] },
      "next-month": { algorithm: "sliding-window", limit: 60, window: "1m", key: "ip", mode: "shadow" },
      upstream: { algorithm: "token-bucket", limit: 1_500, window: "1m", burst: 100, key: "everyone" },
    },
    routes: [
      { path: "/search", policies: ["per-client", "hourly", "search", "next-month"], cache: { ttl: "5s" } },
      { path: "/cacheable", policies: ["per-client", "hourly"], cache: {} },
      { path: "/partners/*", auth: "required", policies: ["per-client"] },
      { path: "/*", policies: ["per-client", "hourly"] },
    ],
    alerts: [{ to: [{ slack: "TEAM_SLACK" }, { webhook: "ONCALL_URL" }] }],
  };
  return `import { defineConfig } from "headgate";\nexport default defineConfig(${JSON.stringify(config)});\n`;
}
