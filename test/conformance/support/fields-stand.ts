// The stand of the tests of fields: routes that trim, with and without a cache, and an answer to trim.

import { ADMIN_TOKEN } from "./admin.ts";
import { type CacheStand, startCacheStand } from "./cache-stand.ts";

export const TYPE = ["Content-Type", "application/json"] as const;
export const BODY =
  '{ "id": 12345678901234567890, "name": "n", "owner": { "name": "o", "email": "e" }, "items": [ { "price": 1.10, "n": 1 }, { "price": 2 } ], "password": "p" }';
export const TRIMMED =
  '{"id":12345678901234567890,"owner":{"name":"o"},"items":[{"price":1.10},{"price":2}]}';
export const MASK = "?fields=id,owner(name),items/price";
export const tagged = {
  fields: [
    TYPE,
    ["ETag", '"v1"'],
    ["Last-Modified", "Mon, 02 Nov 2026 10:00:00 GMT"],
    ["Accept-Ranges", "bytes"],
  ],
  body: BODY,
} as const;

export function startFieldsStand(): Promise<CacheStand> {
  return startCacheStand(
    [
      { path: "/cached/*", fields: true, cache: { ttl: "1h" } },
      { path: "/free/*", fields: true, cache: { ttl: "1h", hits: "free" }, policies: ["few"] },
      { path: "/plain/*", fields: true, response: { bodyBytesMax: 1_024 } },
      {
        path: "/secret/*",
        fields: true,
        cache: { ttl: "1h" },
        response: { dropFields: "password,owner(email),items/secret", bodyBytesMax: 1_024 },
      },
      { path: "/slow/*", fields: true, timeout: "500ms" },
      { path: "/slow-secret/*", timeout: "500ms", response: { dropFields: "password" } },
      { path: "/off/*", cache: { ttl: "1h" } },
      {
        path: "/named/*",
        policies: ["tenant"],
        cache: { ttl: "1h" },
        request: { renameHeaders: { "X-Old": "X-New" } },
        response: { renameHeaders: { "X-Backend": "X-Shown", "X-Other": "X-Another" } },
      },
      {
        path: "/set/*",
        cache: { ttl: "1h" },
        request: {
          setHeaders: { "X-Gate": "open", "X-Trusted": "yes" },
          removeHeaders: ["X-Debug", "Cookie"],
        },
        response: {
          setHeaders: { "Strict-Transport-Security": "max-age=31536000", "Cache-Control": "private" },
          removeHeaders: ["Server", "X-Powered-By"],
        },
        deprecation: { at: "2026-01-01T00:00:00Z", link: "https://docs.example.com/old" },
        sunset: { at: "2027-01-01" },
      },
      {
        path: "/gone/*",
        policies: ["few"],
        respond: { status: 410, headers: { "Cache-Control": "max-age=60" }, body: { error: "gone" } },
        sunset: { at: "2026-01-01" },
      },
      { path: "/robots.txt", respond: { body: "User-agent: *\nDisallow: /\n" } },
      { path: "/old", respond: { status: 308, headers: { Location: "/new" } } },
      { path: "/api/*", stripPrefix: "/api" },
      { path: "/*" },
    ],
    {
      policies: {
        few: { algorithm: "sliding-window", limit: 1, window: "1h", key: "path" },
        tenant: {
          algorithm: "sliding-window",
          limit: 100,
          window: "1h",
          key: "header:x-new",
          onMissing: "deny",
        },
      },
    },
    { vars: { ADMIN_TOKEN } },
  );
}
