// The counter object of the simulation: one key of the counter table that ships, over one row that outlives it.

import { CounterTable } from "../../src/core/counters/counter-table.ts";
import { type CheckVerdict, MESSAGE_VERSION } from "../../src/core/counters/counter-messages.ts";
import type { LeaseGrant, LeaseReport } from "../../src/core/leases/lease-messages.ts";
import type { Rules } from "../../src/core/leases/counter-leases.ts";

export interface Message {
  /** 0 asks for nothing but a lease. */
  readonly cost: number;
  readonly report: LeaseReport | undefined;
  /** Whose limits it is decided by; undefined: there is one limit for all. */
  readonly plan?: string | undefined;
}

export interface Reply {
  readonly verdict: CheckVerdict;
  readonly grant: LeaseGrant | undefined;
}

/** The rules of each plan; one for all is that of "". */
export type PlanRules = Readonly<Record<string, Rules>>;

export class Owner {
  readonly #rules: PlanRules;
  #table = this.#open();
  #row: string | undefined;
  #clockMs = 0;
  calls = 0;
  rows = 0;

  constructor(rules: Rules | PlanRules) {
    this.#rules = isOneFor(rules) ? { "": rules } : rules;
  }

  handle({ cost, report, plan }: Message, clockMs: number): Reply {
    this.#clockMs = Math.max(this.#clockMs, Math.floor(clockMs));
    this.calls += 1;
    const rules = this.#rules[plan ?? ""];
    if (rules === undefined) throw new Error("no such plan");
    const checks = [{ policy: "p", ...rules, plan, cost, lease: report }];
    const keys = [{ key: "k", checks }];
    const request = { version: MESSAGE_VERSION, phase: "take", id: String(this.calls), keys } as const;
    const [verdict] = this.#table.handle(request, this.#clockMs).verdicts;
    if (verdict === undefined) throw new Error("no verdict");
    return { verdict, grant: verdict.lease };
  }

  /** All that was in memory is lost. */
  restart(): void {
    this.#table = this.#open();
  }

  #open(): CounterTable {
    const read = (): string | undefined => this.#row;
    const write = (_key: string, text: string): void => {
      this.rows += 1;
      this.#row = text;
    };
    return new CounterTable({ read, write, onForgotten }, 1);
  }
}

function isOneFor(rules: Rules | PlanRules): rules is Rules {
  return typeof rules["algorithm"] === "string";
}

function onForgotten(): never {
  throw new Error("a row that cannot be read");
}
