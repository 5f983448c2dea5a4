// Counters: what one key has used of a policy, and two ways of giving it back.

import * as v from "valibot";
import { PLACES } from "../../../core/keys/places.ts";
import { object } from "../../../core/schema/parse-with.ts";
import { LIMIT_MAX, NAME, NAME_WANTED, oneOf, textLike } from "../../../core/schema/primitives.ts";
import type { Command, Option } from "../command.ts";
import { toCounterTable } from "../counter-table.ts";
import type { Given } from "../given.ts";
import { judge } from "../judge.ts";
import { type Item, toItem, toItems } from "../table.ts";

const continent: Option = {
  value: "code",
  help: "where the key has an address: AF, AN, AS, EU, NA, OC, SA or unknown",
};
/** As the API reads it. */
const askedCounter = object({
  policy: textLike(NAME, NAME_WANTED),
  key: v.pipe(
    v.array(v.string()),
    v.maxLength(8, "must be the value of each part of the policy's key, 1 to 8"),
  ),
  continent: v.optional(oneOf(PLACES)),
});
const NAMED = { policy: "<policy>", key: "<value>" } as const;
const wanted = [{ name: "policy" }, { name: "value", isRepeatable: true }] as const;

export const counterCommands: readonly Command[] = [
  {
    name: "counters show",
    summary: "what a key has used of a policy: a value for each part of the policy's key, in its order",
    arguments: wanted,
    options: { cost: { value: "units", help: "what the request would cost; default 1" }, continent },
    examples: ["counters show plan acme", "counters show per-client 192.0.2.7 /search --cost 5"],
    run: async (given, { api, nowMs }) => {
      judge(askedCounter, toBody(given), NAMED);
      const cost = given.integer("cost");
      const query = new URLSearchParams({
        policy: given.argument(0),
        ...(cost === undefined ? {} : { cost: String(cost) }),
        ...toContinent(given),
      });
      for (const value of given.arguments(1)) query.append("key", value);
      const { body } = await api().ask("GET", `/counters?${query.toString()}`);
      return { json: body, text: () => toCounterTable(toCounted(toItems(toItem(body)["items"])), nowMs()) };
    },
  },
  {
    name: "counters reset",
    summary: "forgets what a key has used of a policy, and its bans by that policy",
    arguments: wanted,
    options: { continent },
    examples: ["counters reset plan acme"],
    run: async (given, { api }) => {
      const body = toBody(given);
      judge(askedCounter, body, NAMED);
      await api().ask("POST", "/counters/reset", { body });
      const reset = [given.argument(0), ...given.arguments(1)];
      return { json: { reset }, text: () => `Reset: ${reset.join(" ")} has used nothing` };
    },
  },
  {
    name: "counters refund",
    summary: "gives units of a policy back to a key, the latest taken first",
    arguments: wanted,
    options: { units: { value: "units", help: "how many", isRequired: true }, continent },
    examples: ["counters refund plan acme --units 100"],
    run: async (given, { api, nowMs }) => {
      const asked = toBody(given);
      judge(askedCounter, asked, NAMED);
      const units = given.integer("units", { least: 1, most: LIMIT_MAX });
      const { body } = await api().ask("POST", "/counters/refund", { body: { ...asked, units } });
      return { json: body, text: () => toCounterTable([toItem(body)], nowMs()) };
    },
  },
];

function toBody(given: Given): Item {
  return { policy: given.argument(0), key: given.arguments(1), ...toContinent(given) };
}

function toContinent(given: Given): { readonly continent?: string } {
  const code = given.text("continent");
  return code === undefined ? {} : { continent: code };
}

/** Of the counters of all continents those that have counted; one where none has. */
function toCounted(items: readonly Item[]): readonly Item[] {
  const counted = items.filter(({ used, isBanned }) => used !== 0 || isBanned === true);
  return counted.length === 0 ? items.slice(0, 1) : counted;
}
