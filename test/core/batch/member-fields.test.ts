import { describe, expect, it } from "vitest";
import { isInherited, maySetField } from "../../../src/core/batch/member-fields.ts";

describe("isInherited()", () => {
  it.each([
    "authorization",
    "x-api-key",
    "cookie",
    "cf-connecting-ip",
    "cf-ray",
    "via",
    "user-agent",
    "origin",
    "x-tenant",
    "traceparent",
  ])("of %s is true", (name) => {
    expect(isInherited(name)).toBe(true);
  });

  it.each([
    "content-type",
    "content-length",
    "accept",
    "accept-encoding",
    "if-none-match",
    "range",
    "idempotency-key",
    "digest",
    "connection",
    "upgrade",
    "sec-websocket-key",
    "transfer-encoding",
    "expect",
    "te",
    "proxy-authorization",
  ])("of %s is false", (name) => {
    expect(isInherited(name)).toBe(false);
  });
});

describe("maySetField()", () => {
  it.each([
    "authorization",
    "x-api-key",
    "cookie",
    "cf-connecting-ip",
    "CF-IPCountry".toLowerCase(),
    "via",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "sec-websocket-key",
    "x-forwarded-for",
    "x-real-ip",
    "x-consumer",
    "x-tier",
    "accept-encoding",
    "x-http-method-override",
  ])("of %s is false", (name) => {
    expect(maySetField(name, false)).toBe(false);
  });

  it("of what the batch request has is false, unless it says it of itself alone", () => {
    expect(maySetField("x-tenant", true)).toBe(false);
    expect(maySetField("user-agent", true)).toBe(false);
    expect(maySetField("x-tenant", false)).toBe(true);
    expect(maySetField("content-type", true)).toBe(true);
    expect(maySetField("accept", true)).toBe(true);
    expect(maySetField("if-none-match", true)).toBe(true);
  });
});
