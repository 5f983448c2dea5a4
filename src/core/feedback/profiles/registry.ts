// The one list of profiles. The configuration reads it; a profile is a file and a line here.

import type { Profile } from "../reading.ts";
import { anthropic } from "./anthropic.ts";
import { atlassian } from "./atlassian.ts";
import { azureOpenai } from "./azure-openai.ts";
import { facebookGraph } from "./facebook-graph.ts";
import { gemini } from "./gemini.ts";
import { github } from "./github.ts";
import { hubspot } from "./hubspot.ts";
import { openai } from "./openai.ts";
import { shopify } from "./shopify.ts";
import { slack } from "./slack.ts";
import { standard } from "./standard.ts";
import { stripe } from "./stripe.ts";

export const profiles = {
  standard,
  anthropic,
  atlassian,
  "azure-openai": azureOpenai,
  "facebook-graph": facebookGraph,
  gemini,
  github,
  hubspot,
  openai,
  shopify,
  slack,
  stripe,
} satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof profiles;
