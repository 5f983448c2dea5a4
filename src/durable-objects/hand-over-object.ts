// The Durable Object that keeps calls which callers handed over: it makes each when there is quota, at most once where a
// method is not safe, and keeps the answer until it expires. How a call is made its heir says, who knows the gateway.

import { DurableObject } from "cloudflare:workers";
import type {
  CallView,
  Cancelling,
  HandedCall,
  KeptRequest,
  RunResult,
  Taking,
} from "../core/handover/call-messages.ts";
import { toNextRun, toRunAfterRestart } from "../core/handover/next-run.ts";
import type { Bindings, HandOverRpc } from "../platform/bindings.ts";
import { writeLog } from "../platform/log.ts";
import { type CallRow, CallRows } from "./call-rows.ts";
import { toAnsweredEvent } from "./to-answered-event.ts";

/** Calls that an object keeps, of all its callers. */
const CALLS_MAX = 2_000;
/** Made at a time. */
const RUNNING_MAX = 10;
/** A run that has not ended is looked at again: its object may have. */
const LEASE_MS = 60_000;
/** How soon it looks again while as many run as may, or a receiver's object does not answer. */
const BUSY_MS = 1_000;

export interface Making {
  readonly answerBytesMax: number;
  readonly signal: AbortSignal;
  /** Called before the call leaves. false: its caller has taken it back. */
  readonly onSend: () => boolean;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

export abstract class HandOverObject extends DurableObject<Bindings> implements HandOverRpc {
  readonly #rows: CallRows;
  readonly #running = new Map<string, AbortController>();
  #isBehind: boolean;

  constructor(context: DurableObjectState, bindings: Bindings) {
    super(context, bindings);
    this.#rows = new CallRows(context.storage.sql);
    // What was under way when the object ended is due at once.
    this.#isBehind = this.#rows.wakeRunning();
  }

  /** undefined: the configuration has no such route any more. */
  protected abstract make(
    request: KeptRequest,
    route: string,
    making: Making,
  ): Promise<RunResult | undefined>;

  async take(call: HandedCall): Promise<Taking> {
    const nowMs = Date.now();
    if (this.#rows.count(call.owner) >= call.most || this.#rows.count() >= CALLS_MAX) return "full";
    this.#rows.add(call, nowMs);
    this.#start(nowMs);
    await this.#arm();
    return "taken";
  }

  async read(id: string, owner: string): Promise<CallView | undefined> {
    if (this.#isBehind) await this.alarm();
    return this.#rows.read(id, owner, Date.now());
  }

  async cancel(id: string, owner: string): Promise<Cancelling> {
    const state = this.#rows.readState(id, owner);
    if (state === undefined || state === "sent") return state;
    this.#rows.remove(id);
    this.#running.get(id)?.abort();
    await this.#arm();
    return "cancelled";
  }

  override async alarm(): Promise<void> {
    this.#isBehind = false;
    this.#start(Date.now());
    await this.#arm();
  }

  /** Starts what is due. Nobody waits for it: the next alarm takes up what ended with the object. */
  #start(nowMs: number): void {
    for (const row of this.#rows.findDue(nowMs, RUNNING_MAX)) {
      if (this.#running.has(row.id)) this.#rows.setState(row.id, row.state, nowMs + LEASE_MS);
      else if (row.state === "answered" || row.state === "lost") this.#rows.remove(row.id);
      else if (this.#running.size < RUNNING_MAX) this.#take(row, nowMs);
    }
  }

  #take(row: CallRow, nowMs: number): void {
    const { id, state, runs, call } = row;
    if (state === "running" || state === "sent") {
      const method = call.request?.method ?? "";
      const next = toRunAfterRestart({ method, isSent: state === "sent", runs });
      if (next.kind === "lost") {
        this.#rows.finish(row, undefined, nowMs);
        return;
      }
    }
    const controller = new AbortController();
    this.#running.set(id, controller);
    if (state === "delivering") this.#rows.setState(id, state, nowMs + LEASE_MS);
    else this.#rows.begin(id, nowMs + LEASE_MS);
    const done = state === "delivering" ? this.#deliver(row) : this.#run(row, controller.signal);
    this.ctx.waitUntil(this.#end(id, done));
  }

  /** Never rejects. */
  async #end(id: string, done: Promise<void>): Promise<void> {
    try {
      await done;
    } catch (error) {
      // It is found like one that ended with its object.
      writeLog("call-failed", { error: error instanceof Error ? error.message : String(error) });
    }
    this.#running.delete(id);
    this.#start(Date.now());
    await this.#arm().catch(() => undefined);
  }

  async #run(row: CallRow, signal: AbortSignal): Promise<void> {
    const { id, call, body } = row;
    if (call.request === undefined) return;
    const result = await this.make({ ...call.request, body }, call.route, {
      answerBytesMax: call.answerBytesMax,
      signal,
      onSend: () => {
        this.#rows.markSent(id);
        return !signal.aborted;
      },
      waitUntil: (promise) => {
        this.ctx.waitUntil(promise);
      },
    });
    const nowMs = Date.now();
    if (result === undefined) {
      this.#rows.remove(id);
      return;
    }
    const next = toNextRun(result, { nowMs, waitUntilMs: row.waitUntilMs });
    if (next.kind === "again") this.#rows.setState(id, "waiting", nowMs + next.inMs);
    else this.#rows.finish(row, result, nowMs);
  }

  /** The receiver's object takes it from here, with all its tries. */
  async #deliver({ id, call, waitUntilMs }: CallRow): Promise<void> {
    const nowMs = Date.now();
    const { deliver, route } = call;
    const view = this.#rows.readAnswer(id);
    try {
      if (deliver !== undefined && nowMs < waitUntilMs) {
        const event = toAnsweredEvent(id, view, { ...deliver, nowMs });
        const taken = await this.env.WEBHOOKS.getByName(`calls of ${route}`).accept(event);
        if (taken === "full") throw new Error("too many deliveries wait");
      }
      this.#rows.setState(id, view.kind === "answered" ? "answered" : "lost", waitUntilMs);
    } catch {
      this.#rows.setState(id, "delivering", nowMs + BUSY_MS);
    }
  }

  async #arm(): Promise<void> {
    const dueMs = this.#rows.toDueMs();
    if (dueMs === Infinity) {
      await this.ctx.storage.deleteAlarm();
      return;
    }
    const leastMs = Date.now() + (this.#running.size >= RUNNING_MAX ? BUSY_MS : 0);
    await this.ctx.storage.setAlarm(Math.max(dueMs, leastMs));
  }
}
