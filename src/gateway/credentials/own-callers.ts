// Who is calling, as a function of the configuration says it, and for how long that is remembered where the route lets it be:
// in this isolate alone, by the values that the route names.

import type { CredentialVerdict } from "../../core/consumers/verdict.ts";
import { refuse } from "../../core/consumers/verdict.ts";
import { toCounterKey } from "../../core/keys/counter-key.ts";
import { LruMap } from "../../core/lru-map.ts";
import { ok, type Result } from "../../core/result.ts";
import {
  type OwnAuthentication,
  parseCaller,
  type SaidOfCaller,
} from "../../core/routes/own-authentication.ts";
import { readClock } from "../../platform/clock.ts";
import { callFunction, type Fault, type FunctionClients } from "../functions/call-function.ts";
import type { RoutedFacts } from "../request/request-facts.ts";

const REMEMBERED_MAX = 10_000;

/** undefined: nobody says who they are. */
export type OwnVerdict = CredentialVerdict | undefined;

interface Remembered {
  readonly verdict: OwnVerdict;
  readonly untilMs: number;
}

export class OwnCallers {
  readonly #remembered = new LruMap<string, Remembered>(REMEMBERED_MAX);

  /** What the function said not long ago; undefined where it has to be asked. */
  recall(key: string | undefined): { readonly verdict: OwnVerdict } | undefined {
    const known = key === undefined ? undefined : this.#remembered.get(key);
    return known !== undefined && readClock() < known.untilMs ? known : undefined;
  }

  async ask(
    { name, rememberMs = 0 }: OwnAuthentication,
    { facts, route, key, gateway }: Asking,
  ): Promise<Result<OwnVerdict, Fault>> {
    const said = await callFunction(name, { facts, route, read: parseCaller, gateway });
    if (!said.ok) return said;
    const { value } = said;
    const verdict = value.kind === "nobody" ? undefined : toVerdict(value);
    if (key !== undefined) this.#remembered.set(key, { verdict, untilMs: readClock() + rememberMs });
    return ok(verdict);
  }
}

interface Asking {
  readonly facts: RoutedFacts;
  readonly route: string;
  readonly key: string | undefined;
  readonly gateway: FunctionClients;
}

function toVerdict(said: Exclude<SaidOfCaller, { readonly kind: "nobody" }>): CredentialVerdict {
  return said.kind === "accepted" ? said : refuse("credential-invalid", said.cause, true);
}

/** By what it is remembered: a hash; undefined where it is not, or a value is missing. */
export function toRememberedKey(
  { name, rememberMs, by }: OwnAuthentication,
  facts: RoutedFacts,
): string | undefined {
  if (rememberMs === undefined) return undefined;
  const key = toCounterKey(by, facts, { onMissing: "skip" });
  return typeof key === "string" ? undefined : facts.hash(`${name}\n${key.key}`);
}
