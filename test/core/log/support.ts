// Lines as the gateway writes them, for the tests of what becomes of them.

import * as v from "valibot";
import type { LogLine } from "../../../src/core/log/log-line.ts";

export const DENIED: LogLine = {
  event: "denied",
  time: "2026-11-28T14:02:11.402Z",
  route: "GET /search",
  method: "GET",
  requestId: "8f0123456789abcd-AMS",
  consumer: "acme",
  address: "192.0.2.0",
  status: 429,
  code: "quota-exceeded",
  policy: ["search", "daily"],
  key: ["f89f25c095535c48", "0123456789abcdef"],
  units: [1, 2],
  retryAfterMs: 10_349,
  cause: undefined,
  counterMs: 2,
  ms: 2.5,
  version: 3,
};

export const ALLOWED: LogLine = {
  ...DENIED,
  event: "allowed",
  status: 200,
  code: undefined,
  retryAfterMs: undefined,
  cache: "hit",
};

/** Of no request. */
export const OPENED: LogLine = {
  event: "origin",
  time: "2026-11-28T14:02:12.000Z",
  pool: "orders",
  origin: "https://a.example.com",
  state: "open",
  version: 3,
};

export const LINES = [DENIED, ALLOWED, OPENED];

/** What the schema says is wrong with it; nothing where it is right. */
export function findIssues(schema: v.GenericSchema, value: unknown): readonly string[] {
  const { issues = [] } = v.safeParse(schema, value);
  return issues.map((issue) => `${v.getDotPath(issue) ?? ""}: ${issue.message}`);
}
