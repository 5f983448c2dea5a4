// The small schemas that the configuration is made of: durations, quotas, names. Each says what it wants in words.

import * as v from "valibot";
import { toDurationMs } from "./durations.ts";

/** The largest limit and burst: 2^40 units. */
export const LIMIT_MAX = 2 ** 40;

export const duration = v.pipe(
  v.string('must be a duration such as "10s", "1m" or "24h"'),
  v.check((text) => toDurationMs(text) !== undefined, 'must be a duration such as "10s", "1m" or "24h"'),
  v.transform((text) => toDurationMs(text) ?? 0),
);

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function durationBetween(least: string, most: string) {
  const message = `must be a duration from "${least}" to "${most}"`;
  const [leastMs = 0, mostMs = 0] = [toDurationMs(least), toDurationMs(most)];
  return v.pipe(
    v.string(message),
    v.check((text) => {
      const ms = toDurationMs(text) ?? 0;
      return ms >= leastMs && ms <= mostMs;
    }, message),
    v.transform((text) => toDurationMs(text) ?? 0),
  );
}

// Written out for each bound, so that the message names it.
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function integerBetween(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}

export const quota = integerBetween(1, LIMIT_MAX);

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function oneOf<const Options extends readonly string[]>(options: Options) {
  return v.picklist(options, `must be one of ${options.map((option) => `"${option}"`).join(", ")}`);
}

export const switchedOn = v.boolean("must be true or false");

const OWN_PATH_WANTED = 'must be a path such as "/__headgate/v1"';

/** Where the gateway itself answers. */
export const ownPath = v.pipe(
  v.string(OWN_PATH_WANTED),
  v.regex(/^(?:\/[A-Za-z0-9_-]{1,64}){1,8}$/, OWN_PATH_WANTED),
);
