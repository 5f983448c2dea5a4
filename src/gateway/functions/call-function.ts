// Calls a function of the configuration file: what it returns within its time, or why there is nothing. It can throw, return
// what it likes and never end: nothing of that leaves here but a fault, which is counted and told.

import type { Config } from "../../core/config/config.ts";
import type { FunctionAnswer, FunctionSettings } from "../../core/functions/own-function.ts";
import { err, type Result } from "../../core/result.ts";
import { inTime } from "../../platform/in-time.ts";
import type { RoutedFacts } from "../request/request-facts.ts";
import type { Recorder } from "../stats/recorder.ts";
import { logFault } from "./fault-log.ts";
import { RequestView } from "./request-view.ts";

/** What calling functions needs of the gateway. */
export interface FunctionClients {
  readonly config: Pick<Config, "functions">;
  readonly stats: Recorder | undefined;
  readonly env: Readonly<Record<string, unknown>>;
}

export interface Fault {
  readonly name: string;
  /** "threw": it did; "late": its promise took longer than its time; "wrong": it returned what its use has none of. */
  readonly code: "threw" | "late" | "wrong";
  /** For the log. */
  readonly cause: string;
  readonly onFault: FunctionSettings["onFault"];
}

interface Calling<Value> {
  readonly facts: RoutedFacts & { readonly identity?: RoutedFacts["identity"] };
  readonly route: string;
  /** undefined: there is none yet. */
  readonly answer?: FunctionAnswer | undefined;
  /** What its use makes of what it returned; a text says why there is nothing of it. */
  readonly read: (returned: unknown) => Result<Value, string>;
  readonly gateway: FunctionClients;
}

const NO_ANSWER: FunctionAnswer = { status: 0, header: () => undefined };

export async function callFunction<Value>(
  name: string,
  { facts, route, answer = NO_ANSWER, read, gateway }: Calling<Value>,
): Promise<Result<Value, Fault>> {
  const settings = gateway.config.functions.get(name);
  // The configuration was refused if it named another.
  if (settings === undefined) throw new Error(`no function is called ${name}`);
  const { timeoutMs, env, onFault } = settings;
  const fail = (code: Fault["code"], cause: string): Result<never, Fault> => {
    gateway.stats?.faulted(name, code);
    logFault({ name, code, cause, route, requestId: facts.requestId });
    return err({ name, code, cause: `function ${name}: ${cause}`, onFault });
  };
  try {
    const given = Object.fromEntries(env.map((key) => [key, gateway.env[key]]));
    const called = settings.run(new RequestView(facts, route, given), answer);
    const kept = called instanceof Promise ? await keep(called, timeoutMs) : { returned: called };
    if (kept === undefined) return fail("late", `no answer within ${timeoutMs} ms`);
    const made = read(kept.returned);
    return made.ok ? made : fail("wrong", made.error);
  } catch (error) {
    return fail("threw", error instanceof Error ? error.message : String(error));
  }
}

/** Told apart from a promise of nothing. */
function keep(called: Promise<unknown>, ms: number): Promise<{ readonly returned: unknown } | undefined> {
  return inTime(
    called.then((returned) => ({ returned })),
    ms,
  );
}
