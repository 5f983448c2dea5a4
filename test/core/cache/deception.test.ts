import { describe, expect, it } from "vitest";
import { findDeception } from "../../../src/core/cache/deception.ts";

describe("findDeception()", () => {
  it.each([
    ["/account", "text/html", undefined],
    ["/account.php", "text/html", undefined],
    ["/account/x.css", "text/html", "content-type"],
    ["/account/x.css", "application/json", "content-type"],
    ["/account/x.css", undefined, "content-type"],
    ["/account/x.CSS", "text/html; charset=utf-8", "content-type"],
    ["/site.css", "text/css; charset=utf-8", undefined],
    ["/site.js", "application/javascript", undefined],
    ["/site.js", "text/javascript", undefined],
    ["/logo.png", "image/webp", undefined],
    ["/logo.png", "text/html", "content-type"],
    ["/font.woff2", "font/woff2", undefined],
    ["/font.woff2", "application/octet-stream", undefined],
    ["/data.json", "application/json", undefined],
    ["/data.json", "text/html", "content-type"],
    ["/v1.2/users", "application/json", undefined],
    ["/account;x.css", "text/css", "path-delimiter"],
    ["/account%23x.css", "text/css", "path-delimiter"],
    ["/account%3Fx.css", "text/css", "path-delimiter"],
    ["/account%00x.css", "text/css", "path-delimiter"],
    ["/account%0Ax.css", "text/css", "path-delimiter"],
    ["/static/..%2Faccount", "text/html", "path-delimiter"],
    ["/static/..%5caccount", "text/html", "path-delimiter"],
    ["/account%20x", "text/html", undefined],
  ])("finds in %s with %s: %s", (path, contentType, deception) => {
    expect(findDeception(path, contentType)).toBe(deception);
  });
});
