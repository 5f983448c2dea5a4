// A gateway that takes a described request for somebody's, whatever credential it shows.

import type { CredentialVerdict } from "../core/consumers/verdict.ts";
import { ok } from "../core/result.ts";
import type { Gateway } from "./gateway.ts";

/** Nobody is asked for the credential. */
export function assume(assumed: CredentialVerdict | undefined, gateway: Gateway): Gateway {
  if (assumed === undefined) return gateway;
  const authority = {
    recall: () => assumed,
    guess: () => assumed,
    guessByOthers: () => Promise.resolve(assumed),
    refresh: () => undefined,
    hasKnown: () => true,
    find: () => Promise.resolve(assumed),
  };
  const ownCallers = { recall: () => ({ verdict: assumed }), ask: () => Promise.resolve(ok(assumed)) };
  return { ...gateway, authority, ownCallers };
}
