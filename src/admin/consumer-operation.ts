// One consumer: its API keys, what it has used of every policy that counts it by its credential, and what operators have
// said of it. The counter objects of a consumer and of its keys are found by their names, whether it has keys or tokens.

import { consumerName, grants, type KeyEntry } from "../core/control/entries.ts";
import { MESSAGE_VERSION } from "../core/counters/counter-messages.ts";
import { toCounterKey, toObjectName } from "../core/keys/counter-key.ts";
import type { Facts } from "../core/keys/facts.ts";
import type { Policy } from "../core/policies/policy.ts";
import { object } from "../core/schema/parse-with.ts";
import { hashText } from "../platform/hash-text.ts";
import { hasAddress } from "./find-counters.ts";
import { findKeys } from "./find-keys.ts";
import { type HeavyCounter, heavyCounterAnswer, lookAtHeavy } from "./heavy-counters.ts";
import { text, toEntrySchema, toListSchema, toObjectSchema } from "./json-schemas.ts";
import { listBans, listOverrides } from "./list-all.ts";
import { type AdminControls, defineOperation, type Operation } from "./operation.ts";
import { toJson } from "./problem.ts";

/** Counters of one policy that are shown, the heaviest. */
const COUNTERS_MAX = 10;
/** API keys whose counters are looked at, where policies count by key. */
const KEYS_MAX = 20;

export const consumerOperation: Operation = defineOperation({
  name: "consumers.show",
  method: "GET",
  path: "/consumers",
  summary:
    "One consumer: its API keys, what it has used of every policy by its credential, its bans and overrides",
  query: object({ name: consumerName, tier: grants.tier }),
  answer: () =>
    toObjectSchema({
      consumer: text,
      keys: toListSchema(toEntrySchema("keys")),
      counters: toListSchema(heavyCounterAnswer()),
      unanswered: toListSchema(text),
      bans: toListSchema(toEntrySchema("bans")),
      overrides: toListSchema(toEntrySchema("overrides")),
    }),
  handle: async ({ controls, query: { name, tier } }) => {
    await controls.learn();
    const [{ items: keys }, bans, overrides] = await Promise.all([
      findKeys(controls, { consumer: name }),
      listBans(controls),
      listOverrides(controls),
    ]);
    const { policies } = controls.config();
    const known = { name, tier, keys };
    const found = await Promise.all(policies.map(async (policy) => lookAtPolicy(controls, policy, known)));
    const ids = new Set([name, ...keys.map(({ id }) => id)]);
    return toJson(200, {
      consumer: name,
      keys,
      counters: found.flatMap((counters) => counters ?? []),
      unanswered: policies.filter((_policy, at) => found[at] === undefined).map((policy) => policy.name),
      bans: bans.filter(({ key, value }) => /^(?:consumer|api-key)$/.test(key) && ids.has(value)),
      overrides: overrides.filter(({ policy, key }) => namesOne(policies, { policy, key, ids })),
    });
  },
});

/** Whether an override is for this consumer or one of its keys alone, or by a pattern that is no wildcard. */
function namesOne(
  policies: readonly Policy[],
  { policy, key, ids }: { policy: string; key: readonly string[] | undefined; ids: ReadonlySet<string> },
): boolean {
  const parts = policies.find(({ name }) => name === policy)?.key ?? [];
  return parts.some(({ label }, at) => isCredential(label) && ids.has(key?.[at] ?? ""));
}

const isCredential = (label: string): boolean => /^(?:consumer$|api-key$|jwt:)/.test(label);

interface Known {
  readonly name: string;
  readonly tier: string | undefined;
  readonly keys: readonly KeyEntry[];
}

/** Its counters of a policy, the heaviest first; undefined where an object does not answer. */
async function lookAtPolicy(
  controls: AdminControls,
  policy: Policy,
  known: Known,
): Promise<readonly HeavyCounter[] | undefined> {
  const subjects = hasAddress(policy) ? [] : findSubjects(controls, policy, known);
  const found = await Promise.all(subjects.map(async (subject) => lookAtSubject(controls, policy, subject)));
  if (found.some((counters) => counters === undefined)) return undefined;
  return found.flatMap((counters) => counters ?? []).sort((one, other) => other.share - one.share);
}

/** Who a policy counts in an object of its own: the consumer, one of its API keys, or a claim that names it. */
interface Subject {
  readonly object: string;
  /** Its one counter's key; undefined where others parts of a key make several. */
  readonly key: string | undefined;
  readonly tier: string | undefined;
}

function findSubjects(
  controls: AdminControls,
  policy: Policy,
  { name, tier, keys }: Known,
): readonly Subject[] {
  const part = policy.key.find(({ label }) => isCredential(label));
  if (part === undefined) return [];
  const ofKeys = keys.slice(0, KEYS_MAX).map((key) => ({ value: key.id, tier: tier ?? key.tier }));
  const ofName = { value: name, tier: tier ?? keys[0]?.tier };
  // An issuer of many tenants has as many names: which one the consumer came with is not known here.
  const ofIssuers = controls
    .config()
    .auth.issuers.filter(
      ({ claims, names }) => claims.consumer.text === part.argument && names[0].tenant === undefined,
    )
    .map(({ names }) => ({ value: `${names[0].text} ${name}`, tier: ofName.tier }));
  const byLabel: Readonly<Record<string, readonly { value: string; tier: string | undefined }[]>> = {
    consumer: [ofName],
    "api-key": ofKeys,
  };
  return (byLabel[part.label] ?? ofIssuers).flatMap(({ value, tier: known }) => {
    // The part reads its given value: of the facts, only the hash is asked.
    const facts = { hash: hashText } as Facts;
    const counter = toCounterKey([{ ...part, read: () => value }], facts, { onMissing: "skip" });
    if (typeof counter === "string") return [];
    const key = policy.key.length === 1 ? counter.key : undefined;
    return [{ object: toObjectName(counter, facts, 1), key, tier: known }];
  });
}

async function lookAtSubject(
  controls: AdminControls,
  policy: Policy,
  { object: owner, key, tier }: Subject,
): Promise<readonly HeavyCounter[] | undefined> {
  const { name, algorithm, settings, plan } = policy;
  const question = {
    version: MESSAGE_VERSION,
    policy: name,
    algorithm,
    settings,
    plan,
    most: COUNTERS_MAX,
  } as const;
  try {
    const { keys } = await controls.bindings.COUNTERS.getByName(owner).top(question);
    const unused =
      key === undefined || keys.some((one) => one.key === key) ? [] : [{ key, plan: tier ?? "" }];
    const looked = await Promise.all(
      [...keys, ...unused].map(async (one) => lookAtHeavy(controls, policy, { ...one, object: owner })),
    );
    return looked.every((one) => one !== undefined) ? looked : undefined;
  } catch {
    return undefined;
  }
}
