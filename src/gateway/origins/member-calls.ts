// A request on its way to a pool whose members are accounts of their own: it goes to one that has quota, and waits in line
// only when none has. Each account has its own counters, lines and stops.

import { err, ok, type Result } from "../../core/result.ts";
import { readClock } from "../../platform/clock.ts";
import type { OriginAnswer, OriginFailure } from "./forward.ts";
import { OutboundCall } from "./outbound-call.ts";
import type { Heard, Outbound, OutboundContext } from "./outbound.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import type { Limit } from "./wait-in-line.ts";

/** Which member to try next, without some; undefined: there is none. */
type Choose = (barred: readonly number[]) => number | undefined;

type Given = OutboundContext & { readonly bodyBytes: number };

export class MemberCalls {
  readonly #facts: RequestFacts;
  readonly #outbounds: readonly Outbound[];
  readonly #given: Given;
  readonly #calls = new Map<number, OutboundCall>();

  /** One of `outbounds` for each member of the pool, or one for all of them. */
  constructor(facts: RequestFacts, outbounds: readonly Outbound[], given: Given) {
    this.#facts = facts;
    this.#outbounds = outbounds;
    this.#given = given;
  }

  /** Takes what the next attempt costs, and returns the member that it goes to; or why it must not be sent. */
  async admit(choose: Choose): Promise<Result<number | undefined, OriginFailure>> {
    if (this.#outbounds.length === 1) {
      const admitted = await this.#toCall(0).admit();
      // It may have waited, and much may have been learnt meanwhile.
      return admitted.ok ? ok(choose([])) : admitted;
    }
    const barred: number[] = [];
    let soonest: { readonly at: number; readonly limit: Limit } | undefined;
    for (let at = choose(barred); at !== undefined; at = choose(barred)) {
      const found = await this.#toCall(at).tryAdmit();
      if (found === undefined) return ok(at);
      if ("code" in found) return err(found);
      barred.push(at);
      if (soonest === undefined || found.readyMs < soonest.limit.readyMs) soonest = { at, limit: found };
    }
    if (soonest === undefined) return ok(undefined);
    const admitted = await this.#toCall(soonest.at).admit();
    return admitted.ok ? ok(soonest.at) : admitted;
  }

  observe(at: number, answer: OriginAnswer, sentMs: number): Promise<Heard> {
    return this.#toCall(at).observe(answer, sentMs);
  }

  /** Whether the request may wait until the origin no longer refuses it. */
  mayWait(at: number): boolean {
    return this.#toCall(at).mayWait;
  }

  findStandIn(at: number): OriginFailure | undefined {
    return this.#toCall(at).findStandIn();
  }

  #toCall(at: number): OutboundCall {
    const own = Math.min(at, this.#outbounds.length - 1);
    const found = this.#calls.get(own);
    if (found !== undefined) return found;
    const outbound = this.#outbounds[own];
    if (outbound === undefined) throw new Error("a pool whose calls are counted has somebody who counts");
    const made = new OutboundCall(this.#facts, outbound, this.#given);
    this.#calls.set(own, made);
    return made;
  }
}

/** How much of its quota each member has left; undefined where they share one. */
export function readLeft(outbounds: readonly Outbound[]): readonly number[] | undefined {
  if (outbounds.length < 2) return undefined;
  const nowMs = readClock();
  return outbounds.map(({ left, feedback }) => {
    const used = feedback.show(nowMs).map(({ share }) => share);
    return left.read(nowMs, Math.max(0, ...used));
  });
}
