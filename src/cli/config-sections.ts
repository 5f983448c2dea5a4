// Where docs/configuration has what a problem of a configuration is about.

import { algorithms } from "../core/algorithms/registry.ts";

const options = Object.values(algorithms).flatMap(({ optionNames }): readonly string[] => optionNames);
const isOfAlgorithm = new RegExp(`^policies\\..+\\.(?:${[...new Set(options)].join("|")})$`);

/** By how a path begins, the more special first. A name may have dots; then the part around it is found. */
const SECTIONS: readonly (readonly [path: RegExp, section: string])[] = [
  [/^vars\./, "file.md#variables-and-secrets"],
  [/^origin$/, "origins.md#origin"],
  [/^auth\.issuers\.\d/, "credentials.md#issuers"],
  [/^auth\./, "credentials.md#credentials"],
  [/^access\.|^routes\.\d+\.access\b/, "credentials.md#access-lists"],
  [/^(?:routes\.\d+\.)?cors\./, "answers.md#cors"],
  [/^alerts\.\d+\.to\.\d/, "observe.md#alert-channels"],
  [/^alerts\.\d/, "observe.md#alerts"],
  [/^log\.sinks\.\d/, "observe.md#log-sinks"],
  [/^portal\.announced\.\d/, "credentials.md#announced-changes"],
  [/^portal\b/, "credentials.md#portal"],
  [/^reputation\b/, "credentials.md#reputation"],
  [/^stats\./, "observe.md#statistics"],
  [/^log\./, "observe.md#log"],
  [/^(?:routes\.\d+\.)?denied\./, "answers.md#denied-requests"],
  [/^(?:routes\.\d+\.)?errors\./, "answers.md#error-dialects"],
  [/^batch\./, "routes.md#batches"],
  [/^functions\../, "own-code.md#functions"],
  [/^tiers\../, "keys.md#tiers"],
  [/^(?:origins\..+\.members|routes)\.\d+\.credential\b/, "origins.md#credentials-for-origins"],
  [/^origins\..+\.members\.\d/, "origins.md#pool-members"],
  [/^origins\../, "origins.md#origin-pools"],
  [/^policies\..+\.limits\.\d/, "keys.md#limits-for-some-requests"],
  [/^policies\..+\.key$|^policies\..+\.key\.\d/, "keys.md#keys"],
  [/^policies\..+\.settle\b/, "costs.md#settling"],
  [/^policies\..+\.cost\./, "costs.md#token-costs"],
  [/^policies\..+\.ban\./, "policies.md#policies"],
  [isOfAlgorithm, "policies.md#algorithms"],
  [/^policies\../, "policies.md#policies"],
  [/^routes\.\d+\.cache\b/, "cache.md#cache"],
  [/^routes\.\d+\.links\b/, "routes.md#links"],
  [/^routes\.\d+\.handOver\b/, "outbound.md#handed-over-calls"],
  [/^routes\.\d+\.webhook\b/, "webhooks.md#webhooks"],
  [/^routes\.\d+\.(?:aggregate|onPartial|fields|request|response)\b/, "routes.md#aggregates-and-fields"],
  [/^routes\.\d/, "routes.md#routes"],
];

/** The link to it, from the project's folder. */
export function toSectionLink(path: string): string {
  const [, section = "file.md#top-level"] = SECTIONS.find(([beginning]) => beginning.test(path)) ?? [];
  return `docs/configuration/${section}`;
}
