// The counter object of a limiter in somebody's own Worker: counters, and nothing else.

import { DurableObject } from "cloudflare:workers";
import type {
  CounterFailure,
  CounterReply,
  CounterRequest,
  CounterReset,
  Settlement,
} from "../core/counters/counter-messages.ts";
import type { Bindings, CounterRpc } from "../platform/bindings.ts";
import { CounterDesk } from "./counter-desk.ts";

export class LimiterObject
  extends DurableObject<Bindings>
  implements Pick<CounterRpc, "decide" | "decideText" | "settle" | "reset">
{
  readonly #desk = new CounterDesk(this.ctx.storage);

  decide(requests: readonly CounterRequest[]): readonly (CounterReply | CounterFailure)[] {
    return this.#desk.decide(requests);
  }

  decideText(requests: string): string {
    return this.#desk.decideText(requests);
  }

  settle(settlement: Settlement): void {
    this.#desk.settle(settlement);
  }

  reset(reset: CounterReset): void {
    this.#desk.reset(reset);
  }

  override async alarm(): Promise<void> {
    await this.#desk.alarm();
  }
}
