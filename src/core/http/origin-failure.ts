// Names what went wrong with an origin: from the runtime's error, which has no codes, or from the status that Cloudflare
// puts in an origin's place (520 to 530).

import type { ProblemCode } from "./problems.ts";

const REASONS: readonly (readonly [RegExp, ProblemCode])[] = [
  [/refused/i, "origin-refused"],
  [/dns|lookup|resolve|getaddrinfo|name not known/i, "origin-unknown"],
  [/disconnected|connection lost|reset by peer|terminated|closed prematurely|\bEOF\b/i, "origin-closed"],
  [/timed? ?out/i, "origin-timeout"],
  [/invalid|protocol|parse|status line/i, "origin-protocol"],
];

/** The problem of a failed fetch. */
export function toOriginProblem(message: string): ProblemCode {
  for (const [pattern, code] of REASONS) if (pattern.test(message)) return code;
  return "origin-unreachable";
}

const CLOUDFLARE_STATUSES: ReadonlyMap<number, ProblemCode> = new Map([
  [520, "origin-protocol"],
  [521, "origin-refused"],
  [522, "origin-timeout"],
  [523, "origin-unreachable"],
  [524, "origin-timeout"],
  [525, "origin-unreachable"],
  [526, "origin-unreachable"],
  [530, "origin-unknown"],
]);

/** The problem behind a status that Cloudflare made because the origin failed; undefined for every other status. */
export function toCloudflareProblem(status: number): ProblemCode | undefined {
  return CLOUDFLARE_STATUSES.get(status);
}
