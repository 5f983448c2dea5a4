// What operators look up and correct in counters. The counter objects own them: each operation is one message to each
// object that it concerns.

import * as v from "valibot";
import { object } from "../core/schema/parse-with.ts";
import type { Config } from "../core/config/config.ts";
import { findKeyProblems } from "../core/control/check-entry.ts";
import { findValueProblem } from "../core/keys/key-value.ts";
import { toUnknownPolicy } from "../core/policies/find-named-policies.ts";
import type { Policy } from "../core/policies/policy.ts";
import { oneOf, quota } from "../core/schema/primitives.ts";
import { MESSAGE_VERSION } from "../core/counters/counter-messages.ts";
import type { Bindings } from "../platform/bindings.ts";
import { askControl, UnavailableError } from "./ask-control.ts";
import { integer, text, toItemsSchema, toListSchema, toObjectSchema } from "./json-schemas.ts";
import { PLACES } from "../core/keys/places.ts";
import { findCounters, type FoundCounter, hasAddress } from "./find-counters.ts";
import { findTopPage, OBJECTS_MAX } from "./find-top-page.ts";
import { type AdminControls, type Call, defineOperation, type Operation } from "./operation.ts";
import { heavyCounterAnswer } from "./heavy-counters.ts";
import { askPeek, peek, peekedEntries } from "./peek-counter.ts";
import { queryInteger } from "./page-query.ts";
import { toInvalidBody, toJson, toProblem } from "./problem.ts";
import type { JsonSchema } from "./to-schema.ts";

const KEY_WANTED = "must be the value of each part of the policy's key, 1 to 8";
const part = v.pipe(v.string(KEY_WANTED), v.maxLength(8_192, KEY_WANTED));
const parts = v.pipe(v.array(part, KEY_WANTED), v.minLength(1, KEY_WANTED), v.maxLength(8, KEY_WANTED));
/** A query has one value as text and several as a list. */
const queryParts = v.pipe(
  v.union([v.string(), v.array(v.string())], KEY_WANTED),
  v.transform((given) => (typeof given === "string" ? [given] : given)),
  parts,
);
const name = v.pipe(v.string("must be a policy's name"), v.maxLength(64, "must be a policy's name"));
const continent = v.optional(oneOf(PLACES));

const counterBody = object({ policy: name, key: parts, continent });
const refundBody = object({ policy: name, key: parts, continent, units: quota });
const counterQuery = object({
  policy: name,
  key: queryParts,
  continent,
  cost: v.optional(queryInteger(0, 2 ** 40), "1"),
});
const topQuery = object({
  policy: name,
  limit: v.optional(queryInteger(1, 100), "10"),
  cursor: v.optional(queryInteger(1, Number.MAX_SAFE_INTEGER)),
});

const counterAnswer = (): JsonSchema =>
  toObjectSchema({ object: text, ...peekedEntries }, ["windowMs", "follows", "unit", "goneInMs", "override"]);

export const counterOperations: readonly Operation[] = [
  defineOperation({
    name: "counters.show",
    method: "GET",
    path: "/counters",
    summary: "What one key has used of a policy, and what a request of this cost would get; nothing is taken",
    query: counterQuery,
    answer: () => toItemsSchema(counterAnswer()),
    handle: async ({ controls, query }) =>
      withCounters(controls, query, async (counters) => {
        const items = await Promise.all(counters.map(async (counter) => peek(controls, counter, query.cost)));
        return toJson(200, { items });
      }),
  }),
  defineOperation({
    name: "counters.reset",
    method: "POST",
    path: "/counters/reset",
    summary: "Forgets what one key has used of a policy, and its bans",
    body: counterBody,
    status: 204,
    handle: async (call) =>
      withCounters(call.controls, call.body, async (counters) => {
        await recordAction(call, "counters.reset", { counters, after: { used: 0 } });
        await Promise.all(
          counters.map(async ({ object: owner, key, policy }) =>
            call.controls.bindings.COUNTERS.getByName(owner).reset({
              version: MESSAGE_VERSION,
              key,
              policies: [policy.name],
            }),
          ),
        );
        return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
      }),
  }),
  defineOperation({
    name: "counters.refund",
    method: "POST",
    path: "/counters/refund",
    summary: "Gives units back, the latest taken first",
    body: refundBody,
    answer: counterAnswer,
    handle: async (call) => {
      const { controls, body } = call;
      return withCounters(controls, body, async (counters) => {
        const [counter] = counters;
        if (counter === undefined || counters.length > 1) return toContinentProblem();
        await recordAction(call, "counters.refund", { counters, after: { givenBack: body.units } });
        await refund(controls.bindings, counter, body.units);
        return toJson(200, await peek(controls, counter, 1));
      });
    },
  }),
  defineOperation({
    name: "counters.top",
    method: "GET",
    path: "/counters/top",
    summary: `The keys that use most of a policy, among those of up to ${OBJECTS_MAX} counter objects a page`,
    query: topQuery,
    answer: () =>
      toObjectSchema(
        {
          items: toListSchema(heavyCounterAnswer()),
          objects: toObjectSchema({ asked: integer, unanswered: integer, incomplete: integer }),
          next: integer,
        },
        ["next"],
      ),
    handle: async ({ controls, query }) => {
      await controls.learn();
      const policy = findPolicy(controls, query.policy);
      return policy === undefined
        ? toUnknownProblem(query.policy, controls.config())
        : toJson(200, await findTopPage(controls, policy, { limit: query.limit, cursor: query.cursor ?? 0 }));
    },
  }),
];

interface CounterGiven {
  readonly policy: string;
  readonly key: readonly string[];
  readonly continent?: (typeof PLACES)[number] | undefined;
}

/** The counters in question go to `use`; a policy that is not there, or takes another key, is a problem. */
async function withCounters(
  controls: AdminControls,
  { policy: named, key, continent: place }: CounterGiven,
  use: (counters: readonly FoundCounter[]) => Promise<Response>,
): Promise<Response> {
  await controls.learn();
  const config = controls.config();
  const policy = findPolicy(controls, named);
  if (policy === undefined) return toUnknownProblem(named, config);
  const problems = findKeyProblems(key, policy.key, { path: "key", config, find: findValueProblem });
  if (problems.length > 0) return toInvalidBody(problems);
  if (place !== undefined && !hasAddress(policy)) {
    const message = `the key of ${JSON.stringify(named)} has no address: there is one counter for the world`;
    return toInvalidBody([{ path: "continent", code: "no-effect", message }]);
  }
  try {
    return await use(findCounters(controls, policy, { values: key, place }));
  } catch (error) {
    if (error instanceof UnavailableError) throw error;
    return toProblem(503, "counter-unavailable");
  }
}

function findPolicy({ config }: AdminControls, named: string): Policy | undefined {
  return config().policies.find(({ name: known }) => known === named);
}

function toUnknownProblem(named: string, { policies }: Config): Response {
  const problem = toUnknownPolicy(
    "policy",
    named,
    policies.map(({ name: known }) => known),
  );
  return toProblem(404, "not-found", { problems: [problem] });
}

function toContinentProblem(): Response {
  const message = "is required where the policy's key has an address: there is a counter for each";
  return toInvalidBody([{ path: "continent", code: "missing", message }]);
}

async function refund(
  { COUNTERS }: Bindings,
  { object: owner, key, policy }: FoundCounter,
  units: number,
): Promise<void> {
  const stub = COUNTERS.getByName(owner);
  const id = crypto.randomUUID();
  // An empty question tells the object's time, by which what was taken last is given back first.
  const { takenAtMs } = await askPeek(stub, []);
  const { name: policyName, algorithm, settings, plan } = policy;
  const checks = [{ policy: policyName, algorithm, settings, plan, taken: units, actual: 0 }];
  await stub.settle({ version: MESSAGE_VERSION, id, takenAtMs, keys: [{ key, checks }] });
}

interface AuditedAction {
  readonly counters: readonly FoundCounter[];
  readonly after: object;
}

/** Before the action: where the log cannot be written, nothing is done that would be done again with the next attempt. */
async function recordAction(
  { controls, body, by }: Call<v.InferOutput<typeof counterBody>, unknown>,
  action: string,
  { counters, after }: AuditedAction,
): Promise<void> {
  // Keys as they are stored: by their hash, where their values may be credentials.
  const before = await Promise.all(
    counters.map(async (counter) => ({
      key: counter.key,
      object: counter.object,
      used: (await peek(controls, counter, 0)).used,
    })),
  );
  const used = before.filter((counter) => counter.used > 0);
  const audited = {
    action,
    target: `${action} ${body.policy}`,
    before: JSON.stringify(used.length === 0 ? before.slice(0, 1) : used),
    after: JSON.stringify(after),
  };
  await askControl(controls.bindings, async (control) => control.recordAction(audited, by));
}
