// What the limits said of a request.

import type { Policy } from "../../core/policies/policy.ts";
import { type LimitAnswer, type PolicyVerdict, UNLIMITED } from "../../core/policies/combine-verdicts.ts";
import type { Group, GroupAnswer } from "./counter-client.ts";

/** One object's part in an allowed decision: what a settlement corrects. */
export interface Taken {
  readonly id: string;
  readonly group: Group;
  readonly answer: GroupAnswer;
}

export interface CheckedLimits {
  /** The policies that were asked, with the limits that are the request's. */
  readonly policies: readonly Policy[];
  readonly answer: LimitAnswer;
  /** What policies said that refuse nobody. */
  readonly shadows: readonly PolicyVerdict[];
  /** The counter key of each policy that was asked, by its name: for the log, which hashes it. */
  readonly keys: ReadonlyMap<string, string>;
  /** Policies that refuse because what they count by is missing. */
  readonly missing: readonly string[];
  /** Policies that were decided without their counter object, and why. */
  readonly degraded: ReadonlyMap<string, string>;
  /** Empty unless the request was allowed. */
  readonly taken: readonly Taken[];
  /** Stands for the remembered denial that this is. */
  readonly origin?: object | undefined;
}

/** Nobody was asked. */
export const UNCHECKED: CheckedLimits = {
  policies: [],
  answer: UNLIMITED,
  shadows: [],
  keys: new Map(),
  missing: [],
  degraded: new Map(),
  taken: [],
};
