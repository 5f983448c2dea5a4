// The small schemas that the configuration is made of: durations, quotas, names. Each has its error message.

import * as v from "valibot";
import { DURATION_UNITS, DURATION_WANTED, findDuration, toDurationMs } from "./durations.ts";
import { findCountry, isCountry } from "./countries.ts";
import { isObject, withHint } from "./parse-with.ts";

/** The largest limit and burst: 2^40 units. */
export const LIMIT_MAX = 2 ** 40;

/** The names of policies, pools and tiers. Without flags: JSON Schema has none. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const NAME_WANTED = "must be a name of at most 64 letters, digits, '.', '_' and '-'";

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function textLike(pattern: RegExp, wanted: string) {
  return v.pipe(v.string(wanted), v.regex(pattern, wanted));
}

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function textThat(
  isFit: (text: string) => boolean,
  wanted: string,
  findMeant: (given: unknown) => string | undefined = () => undefined,
) {
  const say = ({ input }: { readonly input: unknown }): string => withHint(wanted, findMeant(input));
  return v.pipe(v.string(say), v.check(isFit, say));
}

const toMs = (text: string): number => toDurationMs(text) ?? 0;

/** A duration as it is written. */
export const durationText = textThat(
  (text) => toDurationMs(text) !== undefined,
  DURATION_WANTED,
  findDuration,
);

export const duration = v.pipe(durationText, v.transform(toMs));

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function durationBetween(least: string, most: string) {
  const isBetween = (text: string): boolean => toMs(text) >= toMs(least) && toMs(text) <= toMs(most);
  const wanted = `must be a duration from "${least}" to "${most}", in ${DURATION_UNITS}`;
  const findMeant = (given: unknown): string | undefined => {
    const meant = findDuration(given);
    return meant !== undefined && isBetween(meant) ? meant : undefined;
  };
  return v.pipe(textThat(isBetween, wanted, findMeant), v.transform(toMs));
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

/** An object by name, whose members are read elsewhere; `things` are they, for the message. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function objectOf(things: string, most: number) {
  return v.pipe(
    v.custom<Readonly<Record<string, unknown>>>(isObject, `must be an object of ${things}`),
    v.check((named) => Object.keys(named).length <= most, `must name at most ${most} ${things}`),
  );
}

/** A country as the platform names it: "T1" is Tor. */
export const country = textThat(
  isCountry,
  'must be a country\'s code of ISO 3166, such as "CH"',
  findCountry,
);

export const switchedOn = v.boolean("must be true or false");

/** A path at which the gateway itself answers. */
export const ownPath = textLike(
  /^(?:\/[A-Za-z0-9_-]{1,64}){1,8}$/,
  'must be a path such as "/__headgate/v1"',
);

const SHARE_WANTED = "must be a share from 0 to 1";
export const share = v.pipe(v.number(SHARE_WANTED), v.minValue(0, SHARE_WANTED), v.maxValue(1, SHARE_WANTED));

/** A secret or variable of the deployment, by its name: its value is in no configuration. */
export const secretName = textLike(
  /^[A-Z][A-Z0-9_]{0,63}$/,
  'must be the name of a secret such as "JWT_SECRET"',
);

const SECURE_URL_WANTED = "must be an https URL (http on the loopback address)";
const SECURE_URL =
  /^(?:https:\/\/[^\s/?#@\\]+|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?)(?:[/?][^\s#]*)?$/;
const URL_LENGTH_MAX = 2_048;

/** Whether the gateway may send there what is not a request: nobody in between reads it, and it names no user. */
export function isSecureUrl(text: string): boolean {
  return text.length <= URL_LENGTH_MAX && SECURE_URL.test(text);
}

export const secureUrl = textThat(isSecureUrl, SECURE_URL_WANTED);
