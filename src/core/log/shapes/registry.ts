// Every shape by its name. Add one here and in docs/configuration/observe.md.

import { toEcs } from "./ecs.ts";
import { toOcsf } from "./ocsf.ts";
import type { ToShape } from "./shape.ts";

export const shapes = {
  headgate: (line) => line,
  ecs: toEcs,
  ocsf: toOcsf,
} as const satisfies Record<string, ToShape>;
