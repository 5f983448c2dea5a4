// A request as functions of the configuration see it: made of the same facts that policies and routes read. Nothing is read
// before it is asked for.

import type { FunctionRequest } from "../../core/functions/own-function.ts";
import type { Identity } from "../../core/keys/identity.ts";
import type { RoutedFacts } from "../request/request-facts.ts";
import { toOrigin } from "../request/request-url.ts";

type Facts = RoutedFacts & { readonly identity?: Identity | undefined };

const NO_SCOPES: readonly string[] = [];

export class RequestView implements FunctionRequest {
  readonly #facts: Facts;
  readonly route: string;
  readonly env: FunctionRequest["env"];

  constructor(facts: Facts, route: string, env: FunctionRequest["env"]) {
    this.#facts = facts;
    this.route = route;
    this.env = env;
  }

  get method(): string {
    return this.#facts.method;
  }

  get url(): string {
    const { url, canonicalPath, search } = this.#facts;
    return toOrigin(url) + canonicalPath + search;
  }

  get host(): string {
    return this.#facts.host;
  }

  get path(): string {
    return this.#facts.canonicalPath;
  }

  get address(): string | undefined {
    return this.#facts.address;
  }

  get country(): string | undefined {
    return this.#facts.country;
  }

  get continent(): string | undefined {
    return this.#facts.continent;
  }

  get asn(): number | undefined {
    return this.#facts.asn;
  }

  get consumer(): string | undefined {
    return this.#facts.identity?.consumer;
  }

  get tier(): string | undefined {
    return this.#facts.identity?.tier;
  }

  get scopes(): readonly string[] {
    return this.#facts.identity?.scopes ?? NO_SCOPES;
  }

  readonly header = (name: string): string | undefined => this.#facts.header(name);
  readonly cookie = (name: string): string | undefined => this.#facts.cookie(name);
  readonly query = (name: string): string | undefined => this.#facts.query(name);
  readonly param = (name: string): string | undefined => this.#facts.param(name);
}
