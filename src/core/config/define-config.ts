// What headgate.config.ts calls: the types of a configuration, and a function that lends them.

import type { ConfigInput } from "./config-input.ts";

export type * from "../functions/own-function.ts";
export type { Facts } from "../keys/facts.ts";
export type * from "./config-input.ts";
export type * from "./input-values.ts";

/** Returns its argument, for the types' sake: policies are known by the names that they have in it. */
export function defineConfig<const Names extends string>(config: ConfigInput<Names>): ConfigInput<Names> {
  return config;
}
