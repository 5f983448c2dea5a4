// An e-mail says how many of what, one line each, whatever names have in them.

import { expect, test } from "vitest";
import type { Notice } from "../../../src/core/alerts/alert-book.ts";
import { toEmailBody } from "../../../src/core/alerts/email-body.ts";

const notice = (given: Partial<Notice> = {}): Notice => ({
  id: "a",
  status: "firing",
  rule: 0,
  condition: "quota-80",
  labels: {},
  summary: "acme has used 80 % of plan",
  startsMs: Date.UTC(2026, 10, 28, 12),
  endsMs: undefined,
  ...given,
});

test("toEmailBody() has a subject that says how many of what, a line for each, and the message's id", () => {
  const resolved = { status: "resolved", condition: "denied", endsMs: Date.UTC(2026, 10, 28, 13) } as const;
  const { subject, text } = toEmailBody(
    { id: "msg_1", notices: [notice(), notice(resolved)], more: 37 },
    "edge",
  );
  expect(subject).toBe("[edge] 39 alerts firing: quota-80, denied");
  expect(text.split("\n")).toEqual([
    "FIRING quota-80: acme has used 80 % of plan (since 2026-11-28T12:00:00.000Z)",
    "RESOLVED denied: acme has used 80 % of plan (since 2026-11-28T12:00:00.000Z until 2026-11-28T13:00:00.000Z)",
    "and 37 more",
    "",
    "Headgate edge, message msg_1",
    "",
  ]);
});

test("toEmailBody() lets no name begin a line or a field of its own", () => {
  const summary = `evil\r\nBcc: all@example.com\n${"x".repeat(2_000)}`;
  const { subject, text } = toEmailBody({ id: "m", notices: [notice({ summary })], more: 0 }, "a\r\nBcc: b");
  expect(subject).not.toMatch(/[\r\n]/);
  expect(text.split("\n").some((line) => line.startsWith("Bcc"))).toBe(false);
  expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(900);
});
