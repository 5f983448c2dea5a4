import { parseItem, Token } from "structured-headers";
import { expect, test } from "vitest";
import { toCanonicalPath } from "../../../src/core/http/canonical-path.ts";
import type { ProblemDefinition } from "../../../src/core/http/limit-problems.ts";
import { type ProblemCode, problems } from "../../../src/core/http/problems.ts";

const entries = Object.entries(problems) as [ProblemCode, ProblemDefinition][];

/** RFC 9209 section 2.3: the error types that a gateway can have, with the statuses that they are for. */
const PROXY_ERRORS: Readonly<Record<string, readonly number[]>> = {
  dns_timeout: [504],
  dns_error: [502],
  destination_not_found: [500],
  destination_unavailable: [502, 503],
  destination_ip_prohibited: [502],
  connection_refused: [502],
  connection_terminated: [502],
  connection_timeout: [504],
  connection_limit_reached: [503],
  // 504 is what only-if-cached asks for (RFC 9111 section 5.2.1.7).
  http_request_error: [400, 404, 408, 409, 413, 414, 415, 424, 429, 431, 504],
  http_request_denied: [401, 403, 405],
  http_response_incomplete: [502],
  http_response_body_size: [502],
  http_response_content_coding: [502],
  http_response_timeout: [504],
  http_protocol_error: [502],
  proxy_internal_error: [500, 503],
  proxy_loop_detected: [508],
};

test.each(entries)("%s has a status that its Proxy-Status error is for", (code, { status, proxyError }) => {
  expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  expect(PROXY_ERRORS[proxyError]).toContain(status);
  const [, parameters] = parseItem(`gateway; error=${proxyError}`);
  expect(parameters.get("error")).toEqual(new Token(proxyError));
});

test.each(entries)("%s is told in words that fit on one line and end as sentences do", (_code, problem) => {
  expect(problem.detail).toMatch(/^[A-Z][^\n]{10,120}\.$/);
});

function isTaken(length: number): boolean {
  return toCanonicalPath(`/${"a".repeat(length - 1)}`, { encodedSlash: "reject" }).ok;
}

test("the detail of path-too-long says the length from which a path is refused", () => {
  const longest = Number(/\d+/.exec(problems["path-too-long"].detail)?.[0]);
  expect([isTaken(longest), isTaken(longest + 1)]).toEqual([true, false]);
});
