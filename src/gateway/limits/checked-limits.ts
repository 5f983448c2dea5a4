// What the limits said of a request, and what it takes to ask them.

import type { Policy, Route } from "../../core/config/config.ts";
import { type LimitAnswer, type PolicyVerdict, UNLIMITED } from "../../core/policies/combine-verdicts.ts";
import type { Group, GroupAnswer } from "./counter-client.ts";
import type { Gateway } from "../gateway.ts";

/** One object's part in an allowed decision: what a settlement corrects. */
export interface Taken {
  readonly id: string;
  readonly group: Group;
  readonly answer: GroupAnswer;
}

/** What limits a request: a route, or what stands for one. */
export type Limited = Pick<Route, "index" | "path" | "policies" | "hasVariants" | "cost"> & {
  /** Also clients that no policy of a route counts. */
  readonly countsAll?: boolean;
};

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

export interface LimitContext {
  readonly gateway: Gateway;
  /** Lets what need not be waited for go on after the response. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
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
