// The hosts that a route is for: names, and with "*.example.com" every host below a domain, however deep. The domain itself
// is not below it.

import * as v from "valibot";
import { toHost } from "../http/host.ts";

export interface HostRule {
  /** Lower case. */
  readonly names: ReadonlySet<string>;
  /** ".example.com" for "*.example.com". */
  readonly suffixes: readonly string[];
}

const WILDCARD = "*.";
const WANTED = 'must be a lower-case host without a port, or "*.example.com" for every host below a domain';

/** One of a route's `hosts`. */
export const routeHost = v.pipe(
  v.string(WANTED),
  v.check((text) => text !== "*", 'must be a host such as "api.example.com"; leave hosts out for every host'),
  v.check((text) => text === "*" || isHostOrPattern(text), WANTED),
);

function isHostOrPattern(text: string): boolean {
  if (!text.startsWith(WILDCARD)) return toHost(text) === text;
  const domain = text.slice(WILDCARD.length);
  // Nothing is below an address.
  return toHost(domain) === domain && toHost(`x.${domain}`) !== undefined;
}

export function toHostRule(written: readonly string[]): HostRule {
  const patterns = written.filter((host) => host.startsWith(WILDCARD));
  return {
    names: new Set(written.filter((host) => !host.startsWith(WILDCARD))),
    suffixes: patterns.map((pattern) => pattern.slice(1)),
  };
}

/** As they are written. */
export function toHostTexts({ names, suffixes }: HostRule): readonly string[] {
  return [...names, ...suffixes.map((suffix) => `*${suffix}`)];
}

export function matchesHost({ names, suffixes }: HostRule, host: string): boolean {
  if (names.has(host)) return true;
  return suffixes.some((suffix) => host.length > suffix.length && host.endsWith(suffix));
}
