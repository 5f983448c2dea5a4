// Puts a credential of the gateway's in the place of whatever the caller sent there.

import { withoutParameter } from "../../core/consumers/credential.ts";
import { PROOF_PARAMETER } from "../../core/origins/upstream-credential.ts";
import type { OriginFieldsOptions } from "./origin-fields.ts";
import type { ShownCredential } from "./upstream-credentials.ts";

/**
 * The fields with the credential's. What is asked for as it is, in no coding and not in parts: there the credential could
 * not be found where the origin repeats it.
 */
export function withCredentialFields<Options extends OriginFieldsOptions>(
  options: Options,
  { fields }: ShownCredential,
): Options {
  const { fields: given = [], without = [] } = options;
  const own = new Set(["accept-encoding", ...fields.map(([name]) => name)]);
  return {
    ...options,
    fields: [...given.filter(([name]) => !own.has(name)), ["accept-encoding", "identity"], ...fields],
    without: [...without, "range", "if-range"],
  };
}

/** What belongs to the token of whoever sent it: with another token it would be wrong. */
const OF_THE_TOKEN = [PROOF_PARAMETER, "appsecret_time"];

/** The query with the credential's parameters, and none of the caller's of their names. */
export function withCredentialQuery(search: string, { parameters }: ShownCredential): string {
  let query = search;
  for (const name of [...parameters.map(([own]) => own), ...OF_THE_TOKEN])
    if (query.includes("=")) query = withoutParameter(query, name);
  const own = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  if (own === "") return query;
  return query === "" || query === "?" ? `?${own}` : `${query}&${own}`;
}
