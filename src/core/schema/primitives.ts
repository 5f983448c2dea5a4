// The small schemas that the configuration is made of: durations, quotas, names. Each has its error message.

import * as v from "valibot";
import { DURATION_WANTED, toDurationMs } from "./durations.ts";
import { findCountry, isCountry } from "./countries.ts";
import { isObject } from "./parse-with.ts";

/** The largest limit and burst: 2^40 units. */
export const LIMIT_MAX = 2 ** 40;

/** Of a route, a pool or a batch. */
const POLICIES_MAX = 16;

/** The names of policies, pools and tiers. Without flags: JSON Schema has none. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const NAME_WANTED = "must be a name of at most 64 letters, digits, '.', '_' and '-'";

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function textLike(pattern: RegExp, wanted: string) {
  return v.pipe(v.string(wanted), v.regex(pattern, wanted));
}

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function textThat(isFit: (text: string) => boolean, wanted: string) {
  return v.pipe(v.string(wanted), v.check(isFit, wanted));
}

const COUNTRY_WANTED = 'must be a country\'s code of ISO 3166, such as "CH"';
const toMs = (text: string): number => toDurationMs(text) ?? 0;

/** A duration as it is written. */
export const durationText = textThat((text) => toDurationMs(text) !== undefined, DURATION_WANTED);

export const duration = v.pipe(durationText, v.transform(toMs));

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function durationBetween(least: string, most: string) {
  const isBetween = (text: string): boolean => toMs(text) >= toMs(least) && toMs(text) <= toMs(most);
  return v.pipe(textThat(isBetween, `must be a duration from "${least}" to "${most}"`), v.transform(toMs));
}

// Written out for each bound, so that the message names it.
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function integerBetween(
  least: number,
  most: number,
  wanted = `must be a whole number from ${least} to ${most}`,
) {
  return v.pipe(v.number(wanted), v.integer(wanted), v.minValue(least, wanted), v.maxValue(most, wanted));
}

export const quota = integerBetween(1, LIMIT_MAX);

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function oneOf<const Options extends readonly string[]>(options: Options) {
  return v.picklist(options, `must be one of ${options.map((option) => `"${option}"`).join(", ")}`);
}

/** A list of at least one entry; `thing` is one of them, for the message. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function listOf<const Entry extends v.GenericSchema>(entry: Entry, thing: string, most = 1_000) {
  return v.pipe(
    v.array(entry, `must be a list of ${thing}s`),
    v.minLength(1, `must name at least one ${thing}`),
    v.maxLength(most, `must name at most ${most} ${thing}s`),
  );
}

/** An object by name, whose members are read elsewhere; `things` are they, for the message. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function objectOf(things: string, most: number) {
  return v.pipe(
    v.custom<Readonly<Record<string, unknown>>>(isObject, `must be an object of ${things}`),
    v.check((named) => Object.keys(named).length <= most, `must name at most ${most} ${things}`),
  );
}

/** A country as the platform names it: "T1" is Tor. */
export const country = v.pipe(
  v.string(COUNTRY_WANTED),
  v.check(isCountry, ({ input }) => `${COUNTRY_WANTED}${toMeant(input)}`),
);

function toMeant(text: string): string {
  const meant = findCountry(text);
  return meant === undefined ? "" : ` (did you mean "${meant}"?)`;
}

export const switchedOn = v.boolean("must be true or false");

/** A path at which the gateway itself answers. */
export const ownPath = textLike(
  /^(?:\/[A-Za-z0-9_-]{1,64}){1,8}$/,
  'must be a path such as "/__headgate/v1"',
);

/** What counts something: find-named-policies.ts says whether there are such. */
export const policyNames = v.pipe(
  v.array(v.string("must be a policy's name"), "must be a list of policies' names"),
  v.maxLength(POLICIES_MAX, `must name at most ${POLICIES_MAX} policies`),
);
