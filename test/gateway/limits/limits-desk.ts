// A gateway's limits with counters that nobody else uses: real objects, which count how often they are asked.

import { RequestTrace } from "../../../src/gateway/request/request-trace.ts";
import { env } from "cloudflare:workers";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import type { Policy } from "../../../src/core/policies/policy.ts";
import type { Route } from "../../../src/core/routes/route.ts";
import { MESSAGE_VERSION, type Phase } from "../../../src/core/counters/counter-messages.ts";
import { matchRoute } from "../../../src/core/routes/match-route.ts";
import { checkLimits } from "../../../src/gateway/limits/check-limits.ts";
import type { CheckedLimits } from "../../../src/gateway/limits/checked-limits.ts";
import { createGateway, type Gateway } from "../../../src/gateway/gateway.ts";
import {
  groupByObject,
  type ObjectChecks,
  toObjectChecks,
} from "../../../src/core/policies/object-checks.ts";
import { createRow, type PolicyRow } from "../../../src/core/policies/policy-rows.ts";
import { readRows } from "../../../src/core/policies/read-rows.ts";
import { toRefusal } from "../../../src/gateway/limits/rate-limit-response.ts";
import { readRequest } from "../../../src/gateway/request/read-request.ts";
import { type RoutedFacts, toRoutedFacts } from "../../../src/gateway/request/request-facts.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";
import type { ScriptedObject } from "../../support/scripted-object.ts";

const bindings = env as unknown as Bindings & {
  readonly SCRIPTED: DurableObjectNamespace<ScriptedObject>;
};

export const HOURLY = { algorithm: "sliding-window", window: "1h", key: "ip", timeoutMs: 10_000 };

type Options = Readonly<Record<string, unknown>>;

export interface Given {
  readonly policies: Readonly<Record<string, Options>>;
  /** Path -> the policies' names and the cost. */
  readonly routes: Readonly<
    Record<string, { readonly policies: readonly string[]; readonly cost?: unknown }>
  >;
  readonly shards?: number;
}

export interface Asked {
  readonly ip?: string;
  readonly apiKey?: string;
  readonly user?: string;
  readonly units?: number;
}

/** Names of the policies that were decided without their counter object. */
export function toDegraded(rows: CheckedLimits["rows"]): readonly string[] {
  return rows.filter(({ degraded }) => degraded !== undefined).map(({ policy }) => policy.name);
}

/** A row of cost 1 for this key. */
export function toRow(policy: Policy, key: string): PolicyRow {
  return createRow(policy, { key, place: key, rank: 1 }, 1);
}

let desks = 0;

export class LimitsDesk {
  readonly gateway: Gateway;
  /** How often requests were asked where their clients are. */
  placesRead = 0;
  readonly #name = `desk-${(desks += 1)}`;
  readonly #afterwards: Promise<unknown>[] = [];

  constructor({ policies, routes, shards = 1 }: Given) {
    const config = parseConfig({
      origin: "zone",
      counters: { shards },
      policies,
      routes: Object.entries(routes).map(([path, { policies: names, cost = 1 }]) => ({
        path,
        policies: names,
        cost,
      })),
    });
    if (!config.ok) throw new Error(JSON.stringify(config.error));
    const { SCRIPTED } = bindings;
    const counters = {
      idFromName: (name: string) => SCRIPTED.idFromName(this.#toName(name)),
      get: (id: DurableObjectId) => SCRIPTED.get(id),
    };
    this.gateway = createGateway(config.value, {
      ...bindings,
      COUNTERS: counters as unknown as Bindings["COUNTERS"],
    });
  }

  async ask(path: string, asked: Asked = {}): Promise<CheckedLimits> {
    return this.askAtOnce(path, asked);
  }

  /** The answer itself where nobody has to be asked. */
  askAtOnce(path: string, asked: Asked = {}): CheckedLimits | Promise<CheckedLimits> {
    const facts = this.#toFacts(path, asked);
    return checkLimits(this.#toRoute(facts), facts, {
      gateway: this.gateway,
      trace: new RequestTrace(0),
      waitUntil: (promise) => void this.#afterwards.push(promise),
    });
  }

  async isAllowed(path: string, asked: Asked = {}): Promise<boolean> {
    return (await this.ask(path, asked)).answer.outcome === "allowed";
  }

  /** Whether the gateway would refuse the request, and why. */
  async refusal(path: string, asked: Asked = {}): Promise<string | undefined> {
    const checked = await this.ask(path, asked);
    return toRefusal(checked)?.code;
  }

  /** Lets what goes on after the responses end. */
  async settle(): Promise<void> {
    await Promise.all(this.#afterwards);
  }

  /** The counter objects that a request concerns. */
  objects(path: string, asked: Asked = {}): readonly DurableObjectStub<ScriptedObject>[] {
    return this.#toChecks(path, asked).map(({ object }) => bindings.SCRIPTED.getByName(this.#toName(object)));
  }

  /** Another gateway's decision on the same counters, up to this phase. */
  async askFromElsewhere(path: string, phase: Phase, id: string): Promise<void> {
    for (const { object, keys } of this.#toChecks(path, {}))
      await bindings.SCRIPTED.getByName(this.#toName(object)).decide([
        { version: MESSAGE_VERSION, phase, id, keys },
      ]);
  }

  #toChecks(path: string, asked: Asked): readonly ObjectChecks[] {
    const facts = this.#toFacts(path, asked);
    const rows = readRows(this.#toRoute(facts).policies, facts, 1);
    const byObject = groupByObject(rows, facts, this.gateway.config.counters.shards);
    return [...byObject].map(([object, owned]) => toObjectChecks(object, owned));
  }

  #toName(object: string): string {
    return `${this.#name} ${object}`;
  }

  #toRoute(facts: Pick<RoutedFacts, "method" | "host" | "path">): Route {
    const route = matchRoute(this.gateway.config.routes, facts);
    if (route === undefined) throw new Error("no route");
    return route;
  }

  #toFacts(path: string, { ip = "192.0.2.1", apiKey, user, units }: Asked): RoutedFacts {
    const url = `https://api.example${path}${user === undefined ? "" : `?user=${user}`}`;
    const headers = {
      "CF-Connecting-IP": ip,
      ...(apiKey === undefined ? {} : { "x-api-key": apiKey }),
      ...(units === undefined ? {} : { "x-units": String(units) }),
    };
    const request = new Request(url, { headers });
    Object.defineProperty(request, "cf", { get: () => void (this.placesRead += 1) });
    const read = readRequest(request, this.gateway.config);
    if (!read.ok) throw new Error(read.error);
    return toRoutedFacts(read.value, this.#toRoute(read.value));
  }
}
