// What one answer of an origin reports about the origin's own limits, as plain values, and what a profile is that reads it.
// Everything that an origin sends is hostile: fields of bounded length, numbers that are finite and not negative.

import type { DialectName } from "../errors/registry.ts";
import type { PartRules } from "./refused-parts.ts";

/** A call as profiles see it: what it counts against. */
export interface OriginCall {
  readonly method: string;
  /** As routes match it, without the prefix that the origin does not know. */
  readonly path: string;
  /** A hash of the credential that the origin gets from the caller; "": none, or one that all calls share. */
  readonly token: string;
}

/** An answer as profiles see it. */
export interface OriginAnswer {
  readonly status: number;
  /** Of a name in lower case. */
  readonly field: (name: string) => string | undefined;
  /** The JSON of the body, where the profile asked for it and it is JSON. */
  readonly body?: unknown;
  /** For dates, and for resets in epoch seconds. */
  readonly nowMs: number;
}

/** What is reported of one quota. */
export interface Reading {
  /** A word of the profile: what the quota is counted by. */
  readonly scope: string;
  /** Whose quota it is, as `toSubject` has it, where the answer names that; undefined: the call's own. */
  readonly subject?: string;
  /** How much of the quota is used. */
  readonly usagePercent?: number | undefined;
  readonly remaining?: number | undefined;
  readonly limit?: number | undefined;
  /** Until the quota is whole again. */
  readonly resetMs?: number | undefined;
  /** For how long no call should be made. */
  readonly stopMs?: number | undefined;
  /** When to try again first, where the answer does not name a wait. */
  readonly probeAfterMs?: number | undefined;
  /** Whether this call was refused because of this quota, and nothing was done. */
  readonly isRefused?: boolean;
  /** Whether that is true of a part of the call alone, and the rest was done. */
  readonly isPart?: boolean;
}

/** The dialect of one kind of origin. */
export interface Profile {
  /** Every scope that its readings may have. */
  readonly scopes: readonly string[];
  /** The statuses whose body reports more than the fields. */
  readonly bodyStatuses: readonly number[];
  /** Whether the body of a 200 reports more than the fields. Undefined: it never does. */
  readonly readsServed?: (call: Omit<OriginCall, "token">) => boolean;
  /** Of those calls, how the ones that are several in one are read. */
  readonly parts?: PartRules;
  /** For how long a reading counts that names no reset. */
  readonly readingMs: number;
  /** The windows of quotas whose length the origin has published. */
  readonly windowsMs?: Readonly<Record<string, number>>;
  /** Whether its readings count calls, so that the first answer tells how many more there may be. */
  readonly countsCalls?: true;
  /** The header fields, and the query's parameter, in which callers send their credential. */
  readonly credential?: { readonly headers: readonly string[]; readonly query?: string };
  /**
   * Which of a scope's quotas a call counts against, where no policy tells: "" for the only one; undefined when for none.
   * A profile without it has one quota for each scope.
   */
  readonly toSubject?: (scope: string, call: OriginCall) => string | undefined;
  /** Whether the origin failed for a moment: a request that can be repeated may be served if it is sent again. */
  readonly isTransient?: (answer: OriginAnswer) => boolean;
  /** Its calls are POSTs that cost money, and one that it says to be overloaded for (503, 529) it has not begun. */
  readonly isOfModels?: true;
  /** Whether the origin takes the credential itself for none, beside a 401. */
  readonly isRejected?: (answer: OriginAnswer) => boolean;
  /** Reads an answer. Must not throw, whatever the answer is. */
  readonly readings: (answer: OriginAnswer) => readonly Reading[];
  /** Members of its answers that have links to itself, which its clients follow. */
  readonly links?: readonly string[];
  /** Members whose texts are JSON with such links: of an answer, or of the answers in a list. */
  readonly linkTexts?: readonly string[];
  /** The dialect of its clients; undefined: it is nobody's in particular. */
  readonly errors?: DialectName;
}

/** The longest field that is read. */
const FIELD_LENGTH_MAX = 16_384;

/** A number that can be a count, a share or a duration; undefined for everything else. */
export function toAmount(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value < Infinity ? value : undefined;
}

/** The integer that a field begins with ("100" of "100, 100;w=60"). */
export function readInteger({ field }: OriginAnswer, name: string): number | undefined {
  const digits = /^(\d{1,15})(?![\w.])/.exec(field(name) ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The JSON of a field; undefined when it is none or too long. */
export function readJson({ field }: OriginAnswer, name: string): unknown {
  return parseShortJson(field(name) ?? "");
}

/** undefined where it is none or too long. */
export function parseShortJson(text: string): unknown {
  if (text === "" || text.length > FIELD_LENGTH_MAX) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A member of what may be an object. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
