// The one list of profiles. The configuration reads it; a profile is a file and a line here.

import type { Profile } from "../reading.ts";
import { atlassian } from "./atlassian.ts";
import { facebookGraph } from "./facebook-graph.ts";
import { github } from "./github.ts";
import { hubspot } from "./hubspot.ts";
import { shopify } from "./shopify.ts";
import { slack } from "./slack.ts";
import { standard } from "./standard.ts";
import { stripe } from "./stripe.ts";

export const profiles = {
  standard,
  atlassian,
  "facebook-graph": facebookGraph,
  github,
  hubspot,
  shopify,
  slack,
  stripe,
} satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof profiles;
