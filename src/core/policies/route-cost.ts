// What a request costs: a number, a number by method, a number that the client declares or that its body's members or size
// make, or a function of the configuration. Whatever is given, the cost is a whole number within the rule's bounds. What cannot
// be read costs the most: an origin may read what the gateway cannot, and nobody must pay less for being unclear.

import * as v from "valibot";
import { countElements } from "../body/body-members.ts";
import type { BodyValue } from "../body/body-value.ts";
import { FUNCTION_LABEL } from "../functions/function-values.ts";
import { FORM_NAME, FORM_NAME_WANTED, JSON_PATH, JSON_PATH_WANTED } from "../body/member-path.ts";
import { requestHeader } from "../http/header-name.ts";
import { methodName } from "../http/methods.ts";
import { object } from "../schema/parse-with.ts";
import { integerBetween, LIMIT_MAX, NAME, NAME_WANTED, textLike } from "../schema/primitives.ts";
import type { Facts } from "../keys/facts.ts";

/** Quota units of a request, rounded up; what is no number of at least 0 counts as LIMIT_MAX, as does what is above. */
export type CostFunction = (facts: Facts) => number;

export interface CostRule {
  /** HEAD costs what GET does, unless it is named. */
  readonly methods?: Readonly<Record<string, number>> | undefined;
  /** A request header with a whole number; whatever else it says counts as max. */
  readonly header?: string | undefined;
  /** A member of a JSON body, or a field of a form, with a whole number; whatever else stands there counts as max. */
  readonly json?: string | undefined;
  readonly form?: string | undefined;
  /** A function of the configuration's `functions`; what failed counts as max. */
  readonly function?: string | undefined;
  /** What counts is how many elements the list has that stands there, in a form as JSON text. */
  readonly count?: true | undefined;
  /** One unit for every so many bytes of the body, by Content-Length; a body of unknown length counts as max. */
  readonly bodyBytesPerUnit?: number | undefined;
  /** Where nothing above is said. Default: min, so that saying nothing is never cheaper. */
  readonly otherwise: number;
  /** Bounds for what clients say: a header's and a body's number. */
  readonly min: number;
  readonly max: number;
}

export type RouteCost = number | CostRule | CostFunction;

const WANTED = "must be a whole number, a cost rule or a function";
/** Where in a body a rule reads: what both rules and their labels are made of. */
type BodyRule = Pick<CostRule, "json" | "form">;

const quotaUnits = integerBetween(0, LIMIT_MAX);
const ruleSchema = v.pipe(
  object({
    methods: v.optional(v.record(methodName, quotaUnits, "must be an object of methods")),
    header: v.optional(requestHeader),
    json: v.optional(textLike(JSON_PATH, `must be ${JSON_PATH_WANTED}`)),
    form: v.optional(textLike(FORM_NAME, `must be ${FORM_NAME_WANTED}`)),
    function: v.optional(textLike(NAME, NAME_WANTED)),
    count: v.optional(v.literal(true, "must be true")),
    bodyBytesPerUnit: v.optional(integerBetween(1, LIMIT_MAX)),
    otherwise: v.optional(quotaUnits),
    min: v.optional(quotaUnits, 1),
    max: v.optional(quotaUnits, 1_000_000),
  }),
  v.check(({ min, max }) => min <= max, "must have a min of at most its max"),
  v.check(
    ({ json, form, count }) => count === undefined || json !== undefined || form !== undefined,
    "must have json or form beside count: what is counted",
  ),
  v.transform((rule): CostRule => ({ ...rule, otherwise: rule.otherwise ?? rule.min })),
);

/** A route's `cost`. */
export const routeCost = v.lazy((input): v.GenericSchema<unknown, RouteCost> => {
  if (typeof input === "number") return quotaUnits;
  if (typeof input === "function")
    return v.custom<CostFunction>((value) => typeof value === "function", WANTED);
  return typeof input === "object" && input !== null ? ruleSchema : v.custom<RouteCost>(() => false, WANTED);
});

export function toCost(cost: RouteCost, facts: Facts): number {
  if (typeof cost === "number") return cost;
  if (typeof cost === "function") return callCost(cost, facts);
  return readMethodCost(cost, facts) ?? readClientCost(cost, facts) ?? cost.otherwise;
}

function callCost(cost: CostFunction, facts: Facts): number {
  try {
    const units = cost(facts);
    return typeof units === "number" && units >= 0 ? Math.min(LIMIT_MAX, Math.ceil(units)) : LIMIT_MAX;
  } catch {
    return LIMIT_MAX;
  }
}

/** A HEAD is a GET to the origin, and must not be a cheaper one. */
function readMethodCost({ methods }: CostRule, { method }: Facts): number | undefined {
  return methods?.[method] ?? (method === "HEAD" ? methods?.["GET"] : undefined);
}

function readClientCost(cost: CostRule, facts: Facts): number | undefined {
  const given =
    readHeaderCost(cost, facts) ??
    readFunctionCost(cost, facts) ??
    readMemberCost(cost, facts) ??
    readBodyCost(cost, facts);
  return given === undefined ? undefined : Math.min(cost.max, Math.max(cost.min, given));
}

function readHeaderCost({ header }: CostRule, facts: Facts): number | undefined {
  const text = header === undefined ? undefined : facts.header(header);
  return text === undefined ? undefined : (parseUnits(text) ?? Infinity);
}

/** The labels of the members of a body that a cost reads. */
export function listCostMembers(cost: RouteCost): readonly string[] {
  if (typeof cost !== "object") return [];
  const { json, form }: BodyRule = cost;
  return [...(json === undefined ? [] : [`json:${json}`]), ...(form === undefined ? [] : [`form:${form}`])];
}

/** The function that a cost asks; undefined: none. */
export function findCostFunction(cost: unknown): string | undefined {
  return typeof cost === "object" && cost !== null && "function" in cost && typeof cost.function === "string"
    ? cost.function
    : undefined;
}

/** A body is of one kind, and nothing is known of it as if it were of the other. */
function readMemberCost(cost: CostRule, { member }: Facts): number | undefined {
  const labels = listCostMembers(cost);
  if (labels.length === 0) return undefined;
  const known = labels.map((label) => member(label)).find(({ kind }) => kind !== "unknown");
  if (known?.kind === "missing") return undefined;
  const units = known && (cost.count === true ? countElements(known) : toUnits(known));
  return units ?? Infinity;
}

/** Rounded up; what is no number of at least 0 counts as max. */
function readFunctionCost({ function: name }: CostRule, { member }: Facts): number | undefined {
  const made = name === undefined ? undefined : member(FUNCTION_LABEL + name);
  if (made === undefined || made.kind === "missing") return undefined;
  const units = made.kind === "number" ? Math.ceil(Number(made.text)) : -1;
  return units >= 0 ? units : Infinity;
}

/** A number may be written as a text, and as 1e3. */
function toUnits(value: BodyValue): number | undefined {
  if (value.kind === "text") return parseUnits(value.text);
  const units = value.kind === "number" ? Number(value.text) : -1;
  return Number.isSafeInteger(units) && units >= 0 ? units : undefined;
}

function readBodyCost({ bodyBytesPerUnit }: CostRule, facts: Facts): number | undefined {
  if (bodyBytesPerUnit === undefined) return undefined;
  const stated = facts.header("content-length");
  if (stated === undefined && !facts.hasBody) return undefined;
  return Math.ceil((parseUnits(stated) ?? Infinity) / bodyBytesPerUnit);
}

/** A whole number that a double holds exactly, or undefined. */
export function parseUnits(text: string | undefined): number | undefined {
  const units = text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(units) ? units : undefined;
}
