// Where docs/configuration.md has what a problem of a configuration is about.

import { algorithms } from "../core/algorithms/registry.ts";

const options = Object.values(algorithms).flatMap(({ optionNames }): readonly string[] => optionNames);
const isOfAlgorithm = new RegExp(`^policies\\..+\\.(?:${[...new Set(options)].join("|")})$`);

/** By how a path begins, the more special first. A name may have dots; then the part around it is found. */
const SECTIONS: readonly (readonly [path: RegExp, section: string])[] = [
  [/^vars\./, "variables-and-secrets"],
  [/^origin$/, "origin"],
  [/^auth\.issuers\.\d/, "issuers"],
  [/^auth\./, "credentials"],
  [/^access\.|^routes\.\d+\.access\b/, "access-lists"],
  [/^(?:routes\.\d+\.)?cors\./, "cors"],
  [/^alerts\.\d+\.to\.\d/, "alert-channels"],
  [/^alerts\.\d/, "alerts"],
  [/^log\.sinks\.\d/, "log-sinks"],
  [/^stats\./, "statistics"],
  [/^log\./, "log"],
  [/^(?:routes\.\d+\.)?denied\./, "denied-requests"],
  [/^(?:routes\.\d+\.)?errors\./, "error-dialects"],
  [/^batch\./, "batches"],
  [/^tiers\../, "tiers"],
  [/^(?:origins\..+\.members|routes)\.\d+\.credential\b/, "credentials-for-origins"],
  [/^origins\..+\.members\.\d/, "pool-members"],
  [/^origins\../, "origin-pools"],
  [/^policies\..+\.limits\.\d/, "limits-for-some-requests"],
  [/^policies\..+\.key$|^policies\..+\.key\.\d/, "keys"],
  [/^policies\..+\.settle\b/, "settling"],
  [/^policies\..+\.cost\./, "token-costs"],
  [/^policies\..+\.ban\./, "policies"],
  [isOfAlgorithm, "algorithms"],
  [/^policies\../, "policies"],
  [/^routes\.\d+\.cache\b/, "cache"],
  [/^routes\.\d+\.links\b/, "links"],
  [/^routes\.\d+\.webhook\b/, "webhooks"],
  [/^routes\.\d+\.(?:aggregate|onPartial|fields|request|response)\b/, "aggregates-and-fields"],
  [/^routes\.\d/, "routes"],
];

/** The link to it, from the project's folder. */
export function toSectionLink(path: string): string {
  const [, section = "top-level"] = SECTIONS.find(([beginning]) => beginning.test(path)) ?? [];
  return `docs/configuration.md#${section}`;
}
