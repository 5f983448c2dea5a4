// Reads a policy's key ("ip", "header:x-api-key", { ip: { v6: 56 } }, or a list of them) into the parts that read it from a request.

import { isObject, parseWith, showGiven, toInvalid } from "../schema/parse-with.ts";
import { findNearest } from "../schema/find-nearest.ts";
import { err, ok, type Problem, type Result } from "../result.ts";
import { addressPartSchema, toAddressKey, toAddressLabel } from "./ip.ts";
import type { KeyExtractor, KeyReader } from "./key-extractor.ts";
import { keyExtractors } from "./registry.ts";

export interface KeyPart {
  /** "ip" or "header:x-api-key": part of every counter's key, so that equal values of two parts never meet. */
  readonly label: string;
  readonly argument: string;
  readonly read: KeyReader;
  /** The value that an operator's text stands for; undefined: the text itself. */
  readonly toValue?: (text: string) => string;
}

const PARTS_MAX = 8;

/** One to eight parts, or every problem found. */
export function parseKey(value: unknown, path: string): Result<readonly KeyPart[]> {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (texts.length === 0 || texts.length > PARTS_MAX) {
    return err([
      { path, code: "invalid", message: `must name 1 to ${PARTS_MAX} parts, received ${texts.length}` },
    ]);
  }
  const parts: KeyPart[] = [];
  const problems: Problem[] = [];
  for (const [index, text] of texts.entries()) {
    const at = Array.isArray(value) ? `${path}.${index}` : path;
    const isAddress = isObject(text) && isObject(text["ip"]);
    const part = isAddress ? parseAddressPart(text, at) : parseKeyPart(text, at);
    if (part.ok) parts.push(part.value);
    else problems.push(...[part.error].flat());
  }
  return problems.length > 0 ? err(problems) : ok(Object.freeze(parts));
}

/** `{ ip: { v6: 56 } }`. */
function parseAddressPart(given: unknown, path: string): Result<KeyPart> {
  const parsed = parseWith(addressPartSchema, given, path);
  return parsed.ok ? ok(toAddressPart(parsed.value.ip.v6)) : parsed;
}

function toAddressPart(v6Bits?: number): KeyPart {
  const part: KeyPart = {
    label: toAddressLabel(v6Bits),
    argument: "",
    read: ({ address }) => (address === undefined ? undefined : toAddressKey(address, v6Bits)),
    toValue: (text) => toAddressKey(text, v6Bits) ?? text,
  };
  return Object.freeze(part);
}

function parseKeyPart(text: unknown, path: string): Result<KeyPart, Problem> {
  const known = Object.keys(keyExtractors);
  if (typeof text !== "string") {
    const code = text === undefined ? "missing" : "invalid";
    return err(toInvalid(path, { wanted: `must be one of ${known.join(", ")}`, given: text, code }));
  }
  const colon = text.indexOf(":");
  const name = colon === -1 ? text : text.slice(0, colon);
  const argument = colon === -1 ? "" : text.slice(colon + 1);
  if (!Object.hasOwn(keyExtractors, name))
    return err({ path, code: "unknown-key-part", message: toUnknown(text, name) });
  const extractor: KeyExtractor = keyExtractors[name as keyof typeof keyExtractors];
  const wanted = extractor.argument;
  if (wanted === undefined) {
    if (colon === -1) return ok(name === "ip" ? toAddressPart() : toPart(name, argument, extractor));
    return err(toInvalid(path, { wanted: `must be "${name}" without an argument`, given: text }));
  }
  if (!wanted.pattern.test(argument)) {
    return err(toInvalid(path, { wanted: `must be "${name}:" and ${wanted.wanted}`, given: text }));
  }
  const read = wanted.toLowerCase ? argument.toLowerCase() : argument;
  return ok(toPart(`${name}:${read}`, read, extractor));
}

function toPart(label: string, argument: string, { read, toReader }: KeyExtractor): KeyPart {
  return Object.freeze({ label, argument, read: toReader?.(argument) ?? read });
}

function toUnknown(text: string, name: string): string {
  const known = Object.keys(keyExtractors);
  const nearest = findNearest(name, known);
  const hint = nearest === undefined ? `known parts are ${known.join(", ")}` : `did you mean "${nearest}"?`;
  return `must be a known key part, received ${showGiven(text)}; ${hint}`;
}
