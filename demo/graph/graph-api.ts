// A stand-in for Facebook's Graph API: real HTTP, rolling budgets for the app, each user and each page, told in the usage
// headers, and refusals as the Graph API makes them: HTTP 400 with an error code. The budgets are scaled down, so times to
// regain access are fractions of minutes. It listens on the loopback address only and keeps nothing.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { sendJson } from "../send-json.ts";
import { type GraphCall, type GraphError, readCall } from "./graph-call.ts";
import { type BudgetRules, RollingBudget, type Usage } from "./rolling-budget.ts";

const HOST = "127.0.0.1";
const APP = "app";
const MINUTE_MS = 60_000;
const BODY_BYTES_MAX = 1_048_576;
const KEEP_ALIVE_MS = 300_000;

export interface GraphBudgets {
  readonly app: BudgetRules;
  readonly user: BudgetRules;
  readonly page: BudgetRules;
}

export interface GraphOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly budgets: GraphBudgets;
  /** How long an answer takes, at least and at most. Default: no longer than it takes. */
  readonly latencyMs?: readonly [least: number, most: number];
}

export interface GraphStats {
  readonly budgets: GraphBudgets;
  readonly served: number;
  readonly refused: Readonly<Record<Scope, number>>;
  /** Calls that were wrong: no token, no such path. */
  readonly failed: number;
}

export interface GraphApi {
  /** Without a slash at the end. */
  readonly url: string;
  readonly stats: () => GraphStats;
  readonly close: () => Promise<void>;
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

/** Rejects when the port is taken. */
export async function startGraphApi({ port, budgets, latencyMs = [0, 0] }: GraphOptions): Promise<GraphApi> {
  const counters = {
    app: new RollingBudget(budgets.app),
    user: new RollingBudget(budgets.user),
    page: new RollingBudget(budgets.page),
  };
  const counts = { served: 0, failed: 0, refused: { app: 0, user: 0, page: 0 } };
  const stats = (): GraphStats => ({ budgets, ...counts, refused: { ...counts.refused } });

  const count = (call: GraphCall | GraphError): GraphAnswer => {
    if ("code" in call) {
      counts.failed += 1;
      return { status: 400, body: { error: toError(call) } };
    }
    const counted = toCounted(call, counters);
    const nowMs = Date.now();
    const refusing = counted.find(({ key, budget }) => budget.read(key, nowMs).isUsedUp);
    if (refusing === undefined) {
      counts.served += 1;
      for (const { key, budget } of counted) budget.take(key, nowMs);
    } else counts.refused[refusing.scope] += 1;
    const headers = toUsageFields(counted, nowMs);
    return refusing === undefined
      ? {
          status: 200,
          headers,
          body: { id: call.path.split("/")[2], path: call.path, served: counts.served },
        }
      : { status: 400, headers, body: { error: toError(REFUSALS[refusing.scope]) } };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    drain(request);
    const { url = "/" } = request;
    if (url === "/stats") {
      sendJson(response, stats());
      return;
    }
    const [least, most] = latencyMs;
    // The call counts when it arrives; its answer takes its time.
    const { body, ...options } = count(readCall(url, request.headers.authorization));
    if (most > 0) await wait(least + Math.random() * (most - least));
    sendJson(response, body, options);
  };

  // A connection that is closed while a call is on its way loses the call: Node's own 5 seconds are a burst apart.
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => void answer(request, response),
  );
  await listen(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${taken}`,
    stats,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface GraphAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

function toCounted(
  { user, page }: GraphCall,
  counters: Readonly<Record<Scope, RollingBudget>>,
): readonly Counted[] {
  const counted: Counted[] = [
    { scope: "app", key: APP, budget: counters.app },
    { scope: "user", key: user, budget: counters.user },
  ];
  return page === undefined ? counted : [...counted, { scope: "page", key: page, budget: counters.page }];
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

/** Bodies say nothing here. One without end is cut. */
function drain(request: IncomingMessage): void {
  let bytes = 0;
  request.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) request.destroy();
  });
  request.on("error", () => request.destroy());
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
