// What wrangler.toml says of a deployment: the runtime's flags, under which the peers run too, and Headgate's objects.

import { fileURLToPath } from "node:url";
import { CommandError } from "../../src/cli/command-error.ts";
import { loadWrangler } from "../../src/cli/read-wrangler.ts";
import type { WorkerdConfig } from "./workerd-config.ts";

const WRANGLER_CONFIG_PATH = fileURLToPath(new URL("../../wrangler.toml", import.meta.url));

interface ObjectBinding {
  readonly name: string;
  readonly class_name: string;
}

const toEntry = ({ name, class_name }: ObjectBinding): readonly [string, string] => [name, class_name];

export function readDeployment(): Pick<
  WorkerdConfig,
  "compatibilityDate" | "compatibilityFlags" | "objects"
> {
  const {
    compatibility_date: compatibilityDate,
    compatibility_flags: compatibilityFlags,
    durable_objects: { bindings },
  } = loadWrangler().unstable_readConfig({ config: WRANGLER_CONFIG_PATH }, { hideWarnings: true });
  if (compatibilityDate === undefined) {
    throw new CommandError("Cannot start: wrangler.toml names no compatibility_date");
  }
  const objects = Object.fromEntries((bindings as readonly ObjectBinding[]).map(toEntry));
  return { compatibilityDate, compatibilityFlags, objects };
}
