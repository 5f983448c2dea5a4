// A request's facts for tests: a plain GET, with what matters written out.

import { type BodyValue, MISSING } from "../../../src/core/body/body-value.ts";
import type { BotFacts } from "../../../src/core/keys/bot-facts.ts";
import type { Identity } from "../../../src/core/keys/identity.ts";
import type { Facts } from "../../../src/core/keys/facts.ts";
import { hashText } from "../../../src/platform/hash-text.ts";

type Named = Readonly<Record<string, string>>;

export interface FactsGiven {
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly address?: string;
  readonly country?: string;
  readonly continent?: string;
  readonly asn?: number;
  readonly bot?: Partial<BotFacts>;
  readonly identity?: Identity;
  readonly headers?: Named;
  readonly cookies?: Named;
  readonly query?: Named;
  readonly params?: Named;
  readonly hasBody?: boolean;
  readonly members?: Readonly<Record<string, BodyValue>>;
}

function readFrom(values: Named = {}): (name: string) => string | undefined {
  return (name) => (Object.hasOwn(values, name) ? values[name] : undefined);
}

export function toFacts(given: FactsGiven = {}): Facts {
  const { method = "GET", host = "api.example.com", path = "/", address, country, continent } = given;
  return {
    method,
    host,
    path,
    address,
    country,
    continent,
    asn: given.asn,
    bot: given.bot && { score: undefined, isVerified: false, ja4: undefined, ...given.bot },
    identity: given.identity,
    hash: hashText,
    header: readFrom(given.headers),
    cookie: readFrom(given.cookies),
    query: readFrom(given.query),
    param: readFrom(given.params),
    hasBody: given.hasBody ?? false,
    member: (label) => given.members?.[label] ?? MISSING,
  };
}
