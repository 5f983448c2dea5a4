// Who uses most of a policy, or of all of them: all pages of the rankings put together.

import * as v from "valibot";
import { object } from "../../../core/schema/parse-with.ts";
import { NAME, NAME_WANTED, textLike } from "../../../core/schema/primitives.ts";
import { judge } from "../judge.ts";
import type { Api } from "../api.ts";
import type { Command } from "../command.ts";
import { toCounterTable } from "../counter-table.ts";
import { type Denials, readDenials } from "../denials.ts";
import { toSafeText } from "../print-safely.ts";
import { type Item, toItem, toItems } from "../table.ts";

const LIMIT_DEFAULT = 10;
/** Of 64 counter objects each. */
const PAGES_MAX = 100;
const NOT_ASKED = { asked: 0, unanswered: 0, incomplete: 0 };

interface Ranking {
  readonly items: readonly Item[];
  readonly objects: { readonly asked: number; readonly unanswered: number; readonly incomplete: number };
  /** The statistics did not answer. */
  readonly isUnknown: boolean;
  /** There is more than was asked. */
  readonly next?: unknown;
}

const ofPolicy = object({ policy: v.optional(textLike(NAME, NAME_WANTED)) });

export const top: Command = {
  name: "top",
  summary:
    "the keys that use most of a policy, or of any: limit, share used, tier, and until when they are denied",
  arguments: [{ name: "policy", isOptional: true }],
  options: { limit: { value: "count", help: `at most so many, up to 100; default ${LIMIT_DEFAULT}` } },
  examples: ["top", "top per-client", "top plan --limit 3"],
  run: async (given, { api, nowMs }) => {
    const limit = given.integer("limit", { least: 1, most: 100 }) ?? LIMIT_DEFAULT;
    const policy = given.argument(0);
    judge(ofPolicy, { policy: policy || undefined }, { policy: "<policy>" });
    const asked = api();
    const policies = policy === "" ? await listPolicies(asked) : [policy];
    const denials = await readDenials(asked);
    const [named, ...rankings] = await Promise.all([
      rankConsumers(asked, denials, policies),
      ...policies.map(async (name) => rank(asked, name, limit)),
    ]);
    const ranking = join([...rankings, named], { limit, denials });
    return { json: ranking, text: () => toText(ranking, nowMs()) };
  },
};

async function listPolicies(api: Api): Promise<readonly string[]> {
  const { body } = await api.ask("GET", "/policies");
  return toItems(toItem(body)["items"]).map(({ name }) => toSafeText(name));
}

async function rank(api: Api, policy: string, limit: number): Promise<Ranking> {
  const found = new Map<string, Item>();
  const objects = { asked: 0, unanswered: 0, incomplete: 0 };
  let cursor: unknown;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query = new URLSearchParams({ policy, limit: String(limit) });
    if (cursor !== undefined) query.set("cursor", toSafeText(cursor));
    const { body } = await api.ask("GET", `/counters/top?${query.toString()}`);
    const answer = toItem(body);
    const counts = toItem(answer["objects"]);
    for (const name of ["asked", "unanswered", "incomplete"] as const)
      objects[name] += Number(counts[name] ?? 0);
    // A consumer with several API keys is met on several pages.
    for (const item of toItems(answer["items"]))
      found.set(`${String(item["object"])} ${String(item["key"])}`, item);
    cursor = answer["next"];
    if (cursor === undefined) break;
  }
  return {
    items: [...found.values()],
    objects,
    isUnknown: false,
    ...(cursor === undefined ? {} : { next: cursor }),
  };
}

/** Whoever comes with tokens alone has counters that no list leads to: by the names that the statistics have. */
async function rankConsumers(
  api: Api,
  { consumers, isUnknown }: Denials,
  policies: readonly string[],
): Promise<Ranking> {
  const looked = await Promise.all(
    consumers.map(async (name) => api.ask("GET", `/consumers?${new URLSearchParams({ name }).toString()}`)),
  );
  const items = looked
    .flatMap(({ body }) => toItems(toItem(body)["counters"]))
    .filter(({ policy, used }) => used !== 0 && policies.includes(toSafeText(policy)));
  return { items, objects: NOT_ASKED, isUnknown };
}

/** By the share of what each may use, which compares the keys of all policies. */
function join(
  rankings: readonly Ranking[],
  { limit, denials }: { readonly limit: number; readonly denials: Denials },
): Ranking {
  const toSum = (name: keyof Ranking["objects"]): number =>
    rankings.reduce((sum, { objects }) => sum + objects[name], 0);
  const found = rankings.flatMap((ranking) => ranking.items);
  const items = [...new Map(found.map((item) => [toName(item), denials.addTo(item)])).values()].sort(
    (a, b) => Number(b["share"]) - Number(a["share"]) || Number(b["used"]) - Number(a["used"]),
  );
  const next = rankings.find((ranking) => ranking.next !== undefined)?.next;
  const objects = { asked: toSum("asked"), unanswered: toSum("unanswered"), incomplete: toSum("incomplete") };
  const { isUnknown } = denials;
  return { items: items.slice(0, limit), objects, isUnknown, ...(next === undefined ? {} : { next }) };
}

const toName = ({ policy, object: owner, key }: Item): string => JSON.stringify([policy, owner, key]);

function toText({ items, objects, next, isUnknown }: Ranking, nowMs: number): string {
  const table = toCounterTable(items, nowMs);
  const gaps = [
    ...(objects.unanswered > 0
      ? [`${objects.unanswered} of ${objects.asked} counter objects did not answer`]
      : []),
    ...(objects.incomplete > 0 ? [`${objects.incomplete} had more rows than were looked at`] : []),
    ...(isUnknown ? ["the statistics did not answer, which name who comes with tokens alone"] : []),
    ...(next === undefined ? [] : [`only the first ${objects.asked} counter objects were asked`]),
  ];
  return gaps.length === 0 ? table : `${table}\n\nThere may be others: ${gaps.join(", ")}`;
}
