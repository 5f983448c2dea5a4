// What an operator may write for the value of a key part: a text that no request ever has for it would name nobody.

import { toCanonicalPath, toMatchPath } from "../http/canonical-path.ts";
import { toHost } from "../http/host.ts";
import { findCountry, isCountry } from "../schema/countries.ts";
import { toInvalid, withHint } from "../schema/parse-with.ts";
import type { Problem } from "../result.ts";
import { isAddressLabel, toAddressKey } from "./ip.ts";
import type { KeyPart } from "./parse-key.ts";

interface ValueRules {
  readonly caseSensitive: boolean;
}

interface ValueRule {
  /** The value that requests have which is written so; undefined: none has one. */
  readonly toValue: (text: string, rules: ValueRules) => string | undefined;
  readonly wanted: string;
}

/** A network as keys of counters name it. */
const V6_KEY = /^[\da-f:]{2,39}::\/\d{1,3}$/i;
const ADDRESS_PATTERN = /^[\da-f:.*/]+$/i;

const fits =
  (pattern: RegExp) =>
  (text: string): string | undefined =>
    pattern.test(text) ? text : undefined;

const address: ValueRule = {
  // Written in any way, an address is the same.
  toValue: (text) => (V6_KEY.test(text) || toAddressKey(text) !== undefined ? text : undefined),
  wanted: 'must be an address such as "192.0.2.1"',
};
const byName: Readonly<Record<string, ValueRule>> = {
  country: {
    toValue: (text) => (isCountry(text) ? text : findCountry(text)),
    wanted: 'must be a country\'s code of ISO 3166, such as "CH"',
  },
  method: {
    toValue: (text) => (/^[a-z-]+$/i.test(text) ? text.toUpperCase().replace(/^HEAD$/, "GET") : undefined),
    wanted: 'must be a method such as "GET", which HEAD counts as',
  },
  host: { toValue: toHost, wanted: "must be a host in lower case, without a port" },
  path: { toValue: toPath, wanted: 'must be a path as routes see it, such as "/search"' },
  consumer: {
    toValue: fits(/^[!-~](?:[ -~]{0,126}[!-~])?$/),
    wanted: "must be a consumer, without spaces at its ends",
  },
  "api-key": { toValue: fits(/^k[1-9]\d*$/), wanted: 'must be the id of an API key, such as "k1"' },
  jwt: { toValue: fits(/^\S+ ./), wanted: "must be an issuer, a space and the claim's value" },
  everyone: { toValue: () => undefined, wanted: "cannot be one of several: leave it out to mean everybody" },
};

interface AskedValue {
  readonly part: Pick<KeyPart, "label">;
  readonly path: string;
  readonly rules: ValueRules;
}

/** The problem with a value that no request can have, as far as that can be known. */
export function findValueProblem(given: string, { part, path, rules }: AskedValue): Problem | undefined {
  const [name = ""] = part.label.split(":", 1);
  const rule = isAddressLabel(part.label) ? address : Object.hasOwn(byName, name) ? byName[name] : undefined;
  if (rule === undefined) return undefined;
  const value = rule.toValue(given, rules);
  if (value === given) return undefined;
  return toInvalid(path, { wanted: withHint(rule.wanted, value), given });
}

/** The same of a pattern, in which "*" is any text. */
export function findPatternProblem(given: string, asked: AskedValue): Problem | undefined {
  if (!given.includes("*")) return findValueProblem(given, asked);
  const isFit = !isAddressLabel(asked.part.label) || ADDRESS_PATTERN.test(given);
  return isFit
    ? undefined
    : toInvalid(asked.path, { wanted: `${address.wanted}, or a pattern of one`, given });
}

function toPath(text: string, { caseSensitive }: ValueRules): string | undefined {
  const canonical = toCanonicalPath(text.startsWith("/") ? text : `/${text}`, { encodedSlash: "keep" });
  return canonical.ok ? toMatchPath(canonical.value, caseSensitive) : undefined;
}
