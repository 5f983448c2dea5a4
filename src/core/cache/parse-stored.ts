// Reads back what was stored. A store may hand out anything: an older version, a cut text, another's entry. Whatever is
// not exactly a record, an index or a mark is undefined, which is a miss. Written by hand because every hit runs it.

import {
  type ChangeMark,
  RECORD_VERSION,
  type StoredEntry,
  type StoredResponse,
  type VaryIndex,
} from "./stored-response.ts";

/** The entry in a JSON text, or undefined. */
export function parseStored(text: string): StoredEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return toStoredEntry(value);
}

function toStoredEntry(value: unknown): StoredEntry | undefined {
  if (!isObject(value) || value["version"] !== RECORD_VERSION) return undefined;
  if (value["kind"] === "index" && isIndex(value)) return value;
  if (value["kind"] === "mark" && isMark(value)) return value;
  return value["kind"] === "record" && isRecord(value) ? value : undefined;
}

type Unknowns = Readonly<Record<string, unknown>>;

function isIndex(value: Unknowns): value is VaryIndex & Unknowns {
  const sets = value["sets"];
  return Array.isArray(sets) && sets.length > 0 && sets.every(isStrings);
}

function isMark(value: Unknowns): value is ChangeMark & Unknowns {
  return typeof value["mark"] === "string";
}

const COUNTS = [
  "responseTimeMs",
  "initialAgeMs",
  "lifetimeMs",
  "staleWhileRevalidateMs",
  "staleIfErrorMs",
  "staleIfUnreachableMs",
  "staleIfLimitedMs",
  "generation",
];
const SWITCHES = ["mustValidate", "isStaleForbidden", "isImmutable", "isTagsCut"];

function isRecord(value: Unknowns): value is StoredResponse & Unknowns {
  return (
    COUNTS.every((name) => isCount(value[name])) &&
    SWITCHES.every((name) => typeof value[name] === "boolean") &&
    hasAnswer(value) &&
    isNullOr("string", value["etag"]) &&
    isNullOr("string", value["lastModified"]) &&
    isPairs(value["vary"], (second) => isNullOr("string", second)) &&
    isStrings(value["tags"]) &&
    typeof value["mark"] === "string"
  );
}

/** The parts of a record that are sent. */
function hasAnswer({ url, status, fields, bodyBytes, dateMs }: Unknowns): boolean {
  return (
    typeof url === "string" &&
    Number.isInteger(status) &&
    Number(status) >= 200 &&
    Number(status) <= 599 &&
    isPairs(fields, (second) => typeof second === "string") &&
    (bodyBytes === null || isCount(bodyBytes)) &&
    Number.isFinite(dateMs)
  );
}

function isPairs(value: unknown, isSecond: (second: unknown) => boolean): boolean {
  if (!Array.isArray(value)) return false;
  return value.every(
    (pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string" && isSecond(pair[1]),
  );
}

function isObject(value: unknown): value is Unknowns {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isNullOr(type: "string", value: unknown): boolean {
  return value === null || typeof value === type;
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
