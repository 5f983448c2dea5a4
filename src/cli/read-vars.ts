// The variables that hold for a gateway on this machine: put over those of wrangler.toml.

import { unstable_readConfig } from "wrangler";
import { readWrangler } from "./read-wrangler.ts";

const VAR_NAMES = ["ORIGIN_URL", "LIMIT_FACTOR"] as const;

/** The option's or the environment's before those of wrangler.toml. Throws a CommandError when that cannot be read. */
export function readVars(origin: string | undefined): Readonly<Record<string, string>> {
  const { vars } = readWrangler(() =>
    unstable_readConfig({ config: "wrangler.toml" }, { hideWarnings: true }),
  );
  const given: Readonly<Record<string, string | undefined>> = {
    ...process.env,
    ...(origin === undefined ? {} : { ORIGIN_URL: origin }),
  };
  const read: Record<string, string> = {};
  for (const name of VAR_NAMES) {
    const value: unknown = given[name] ?? vars[name];
    if (typeof value === "string" || typeof value === "number") read[name] = String(value);
  }
  return read;
}
