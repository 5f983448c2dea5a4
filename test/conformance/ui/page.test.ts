// The dashboard as the gateway serves it: one page for everybody, with nothing in it that is anybody's.

import { createHash } from "node:crypto";
import { brotliDecompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, PREFIX } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const PATH = `${PREFIX}/ui`;
const config = { policies: {}, routes: [{ path: "/*" }] };
const { origin, gateway } = await startStand(config, { vars: { ADMIN_TOKEN }, hasPage: true });
const off = await startStand(config, { hasPage: true });

const BROTLI = { fields: [["Accept-Encoding", "br"]] } as const;
const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const textOf = (html: string, element: string): string =>
  new RegExp(`<${element}(?: [^>]*)?>([^]*?)</${element}>`).exec(html)?.[1] ?? "";

describe("the dashboard", () => {
  it("is one page in brotli of at most 40 KiB, and needs no token", async () => {
    const page = await send(gateway, PATH, BROTLI);
    expect([page.status, page.field("Content-Encoding")]).toEqual([200, "br"]);
    expect(page.body.length).toBeLessThanOrEqual(40 * 1_024);
    const html = brotliDecompressSync(page.body).toString();
    expect(html).toMatch(/^<!doctype html>/);
    // Nothing in it is fetched from anywhere.
    expect(html.match(/(?:src|href)="(?!data:)[^"]*"|@import|url\(/g)).toBe(null);
  });

  it("lets a browser run what it is made of, and nothing else", async () => {
    const page = await send(gateway, PATH, BROTLI);
    const html = brotliDecompressSync(page.body).toString();
    expect(page.field("Content-Security-Policy")?.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(textOf(html, "script"))}`,
      `style-src ${hashOf(textOf(html, "style"))}`,
      "connect-src 'self'",
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    const fields = ["Cache-Control", "X-Content-Type-Options", "Referrer-Policy", "Content-Type"];
    expect(fields.map(page.field)).toEqual([
      "no-store",
      "nosniff",
      "no-referrer",
      "text/html; charset=utf-8",
    ]);
  });

  it("is the same for a client that takes no brotli", async () => {
    const coded = await send(gateway, PATH, BROTLI);
    const plain = await send(gateway, PATH, { fields: [["Accept-Encoding", "identity"]] });
    expect(plain.field("Content-Encoding")).toBe(undefined);
    expect(plain.text()).toBe(brotliDecompressSync(coded.body).toString());
  });

  it("answers GET and HEAD alone, at its one canonical path", async () => {
    const head = await send(gateway, PATH, { ...BROTLI, method: "HEAD" });
    expect([head.status, head.body.length]).toEqual([200, 0]);
    const refused = await send(gateway, PATH, { method: "POST", body: "{}" });
    expect([refused.status, refused.field("Allow")]).toEqual([405, "GET, HEAD"]);
    expect((await send(gateway, `/${PATH}`, BROTLI)).status).toBe(200);
    expect((await send(gateway, `${PATH}/`)).status).toBe(401);
  });

  it("is not there where the admin API is off, and never asks the origin", async () => {
    expect((await send(off.gateway, PATH)).status).toBe(404);
    expect([origin.requests(PATH), off.origin.requests(PATH)]).toEqual([[], []]);
  });
});
