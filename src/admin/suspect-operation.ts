// Who is suspect or banned by reputation: asked of the counter objects that may own addresses, a page of them at a time.

import * as v from "valibot";
import { readCounterKey } from "../core/keys/read-counter-key.ts";
import { findOwnKey } from "../core/reputation/client-key.ts";
import {
  type ShownSuspect,
  type Suspect,
  type SuspectsAnswer,
  type SuspectsPage,
  toWorst,
} from "../core/reputation/suspects.ts";
import { object } from "../core/schema/parse-with.ts";
import { readClock } from "../platform/clock.ts";
import { PLACES } from "../core/keys/places.ts";
import { OBJECTS_MAX } from "./find-top-page.ts";
import { integer, text, toListSchema, toObjectSchema, yesOrNo } from "./json-schemas.ts";
import { type AdminControls, defineOperation, type Operation } from "./operation.ts";
import { queryInteger } from "./page-query.ts";
import { toJson } from "./problem.ts";

const query = object({
  limit: v.optional(queryInteger(1, 100), "50"),
  cursor: v.optional(queryInteger(1, Number.MAX_SAFE_INTEGER)),
});
const number = { type: "number" };
const OFF: SuspectsPage = { mode: "off", items: [], count: 0, objects: { asked: 0, unanswered: 0 } };

export const suspectOperation: Operation = defineOperation({
  name: "suspects",
  method: "GET",
  path: "/suspects",
  summary: `Whom the reputation takes for suspect or has banned, as up to ${OBJECTS_MAX} counter objects a page know it`,
  query,
  answer: () =>
    toObjectSchema(
      {
        mode: { enum: ["off", "shadow", "enforce"] },
        items: toListSchema(
          toObjectSchema({
            address: text,
            isOfOtherSites: yesOrNo,
            standing: { enum: ["suspect", "banned"] },
            score: number,
            banMs: integer,
            lastAtMs: integer,
            points: toObjectSchema({ denied: number, faults: number, traps: number }),
          }),
        ),
        count: integer,
        objects: toObjectSchema({ asked: integer, unanswered: integer }),
        next: integer,
      },
      ["next"],
    ),
  handle: async ({ controls, query: { limit, cursor = 0 } }) => {
    await controls.learn();
    const { reputation, counters } = controls.config();
    if (reputation === undefined) return toJson(200, OFF);
    const owners = PLACES.flatMap((place) =>
      Array.from({ length: counters.shards }, (_, shard) => `${place}:${shard}`),
    );
    const end = Math.min(cursor + OBJECTS_MAX, owners.length);
    const asked = owners.slice(cursor, end);
    const answers = await Promise.all(asked.map((owner) => askOne(controls, owner, limit)));
    const answered = answers.filter((answer) => answer !== undefined);
    const worst = toWorst(
      answered.flatMap(({ suspects }) => suspects),
      limit,
    );
    const page: SuspectsPage = {
      mode: reputation.isShadow ? "shadow" : "enforce",
      items: worst.map((one) => toShown(one, readClock())),
      count: answered.reduce((sum, { count }) => sum + count, 0),
      objects: { asked: asked.length, unanswered: asked.length - answered.length },
      next: end < owners.length ? end : undefined,
    };
    return toJson(200, page);
  },
});

/** undefined: it does not answer. */
async function askOne(
  { bindings }: AdminControls,
  owner: string,
  most: number,
): Promise<SuspectsAnswer | undefined> {
  try {
    return await bindings.COUNTERS.getByName(owner).suspects({ version: 1, most });
  } catch {
    return undefined;
  }
}

function toShown({ key, score, lastMs, points, ...rest }: Suspect, nowMs: number): ShownSuspect {
  const own = findOwnKey(key);
  const [part] = readCounterKey(own ?? key) ?? [];
  const { denied, faults, traps } = points;
  return {
    address: part?.value ?? key,
    isOfOtherSites: own !== undefined,
    score: toTenths(score),
    ...rest,
    lastAtMs: Math.min(lastMs, nowMs),
    points: { denied: toTenths(denied), faults: toTenths(faults), traps: toTenths(traps) },
  };
}

const toTenths = (figure: number): number => Math.round(figure * 10) / 10;
