// What calls of the Graph API stand-in count against, and what each is answered: by itself, or as one of a batch.

import type { BatchMember } from "./graph-batch.ts";
import { type GraphCall, type GraphError, readCall } from "./graph-call.ts";
import { toPage } from "./graph-page.ts";
import { type BudgetRules, RollingBudget, type Usage } from "./rolling-budget.ts";

const APP = "app";
const MINUTE_MS = 60_000;

export interface GraphBudgets {
  readonly app: BudgetRules;
  readonly user: BudgetRules;
  readonly page: BudgetRules;
}

export interface GraphStats {
  readonly budgets: GraphBudgets;
  readonly served: number;
  /** Those in batches too. */
  readonly refused: Readonly<Record<Scope, number>>;
  /** Calls that were wrong: no token, no such path. */
  readonly failed: number;
}

export interface GraphAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

type Scope = keyof GraphBudgets;

interface Counted {
  readonly scope: Scope;
  readonly key: string;
  readonly budget: RollingBudget;
}

/** In the order in which they refuse. */
const REFUSALS: Readonly<Record<Scope, GraphError>> = {
  app: { code: 4, message: "(#4) Application request limit reached" },
  user: { code: 17, message: "(#17) User request limit reached" },
  page: { code: 32, message: "(#32) Page request limit reached" },
};

export class GraphLedger {
  readonly #budgets: GraphBudgets;
  readonly #counters: Readonly<Record<Scope, RollingBudget>>;
  readonly #refused: Record<Scope, number> = { app: 0, user: 0, page: 0 };
  #served = 0;
  #failed = 0;

  constructor(budgets: GraphBudgets) {
    this.#budgets = budgets;
    this.#counters = {
      app: new RollingBudget(budgets.app),
      user: new RollingBudget(budgets.user),
      page: new RollingBudget(budgets.page),
    };
  }

  get stats(): GraphStats {
    const refused = { ...this.#refused };
    return { budgets: this.#budgets, served: this.#served, failed: this.#failed, refused };
  }

  /** `self` is what links begin with. */
  count(target: string, authorization: string | undefined, self: string): GraphAnswer {
    const call = readCall(target, authorization);
    if ("code" in call) {
      this.#failed += 1;
      return { status: 400, headers: {}, body: { error: toError(call) } };
    }
    const counted = this.#listCounted(call);
    const nowMs = Date.now();
    const refusing = counted.find(({ key, budget }) => budget.read(key, nowMs).isUsedUp);
    if (refusing === undefined) {
      this.#served += 1;
      for (const { key, budget } of counted) budget.take(key, nowMs);
    } else this.#refused[refusing.scope] += 1;
    const headers = toUsageFields(counted, nowMs);
    if (refusing !== undefined)
      return { status: 400, headers, body: { error: toError(REFUSALS[refusing.scope]) } };
    const one = { id: call.path.split("/")[2], path: call.path, served: this.#served };
    return { status: 200, headers, body: toPage(target, self) ?? one };
  }

  /** Each of its calls counts like one by itself. */
  countBatch(members: readonly BatchMember[], authorization: string | undefined, self: string): GraphAnswer {
    const answers = members.map(({ target }) => this.count(target, authorization, self));
    const body = answers.map(({ status, headers, body: inner }) => ({
      code: status,
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      body: JSON.stringify(inner),
    }));
    return { status: 200, headers: answers.at(-1)?.headers ?? {}, body };
  }

  #listCounted({ user, page }: GraphCall): readonly Counted[] {
    const { app, user: ofUsers, page: ofPages } = this.#counters;
    const counted: Counted[] = [
      { scope: "app", key: APP, budget: app },
      { scope: "user", key: user, budget: ofUsers },
    ];
    return page === undefined ? counted : [...counted, { scope: "page", key: page, budget: ofPages }];
  }
}

/** There is none for users: of their budget one hears only by a refusal. */
function toUsageFields(counted: readonly Counted[], nowMs: number): Readonly<Record<string, string>> {
  const names: Readonly<Partial<Record<Scope, string>>> = { app: "X-App-Usage", page: "X-Page-Usage" };
  const fields = counted.flatMap(({ scope, key, budget }) => {
    const name = names[scope];
    return name === undefined ? [] : [[name, JSON.stringify(toUsage(budget.read(key, nowMs)))] as const];
  });
  return Object.fromEntries(fields);
}

function toUsage({ percent, regainMs }: Usage): object {
  const usage = {
    call_count: percent,
    total_time: Math.floor(percent / 2),
    total_cputime: Math.floor(percent / 4),
  };
  return regainMs === 0 ? usage : { ...usage, estimated_time_to_regain_access: regainMs / MINUTE_MS };
}

function toError({ code, message }: GraphError): object {
  return { message, type: "OAuthException", code, fbtrace_id: "stand-in" };
}
