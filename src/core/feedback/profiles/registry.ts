// The one list of profiles. The configuration reads it; a profile is a file and a line here.

import type { Profile } from "../reading.ts";
import { facebookGraph } from "./facebook-graph.ts";
import { github } from "./github.ts";
import { standard } from "./standard.ts";

export const profiles = {
  standard,
  "facebook-graph": facebookGraph,
  github,
} satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof profiles;
