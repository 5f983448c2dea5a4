// What a load is sent to, and what came back.

import type { Failure } from "./connection.ts";

export interface Target {
  readonly port: number;
  readonly nextAddress: () => string;
  readonly nextPath: () => string;
  /** Lines of more header fields, each with its end. */
  readonly fields?: string | undefined;
}

/** Answers by status. */
export type Outcomes = ReadonlyMap<number | Failure, number>;

/** The client's address is where the platform puts it: in a field that its clients cannot set. */
export function toRequest({ port, nextAddress, nextPath, fields = "" }: Target): string {
  return `GET ${nextPath()} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCF-Connecting-IP: ${nextAddress()}\r\nUser-Agent: headgate-bench\r\nAccept: application/json\r\n${fields}\r\n`;
}

export class OutcomeCounter {
  readonly #counts = new Map<number | Failure, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  get counts(): Outcomes {
    return this.#counts;
  }

  add(outcome: number | Failure, count = 1): void {
    if (count === 0) return;
    this.#total += count;
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + count);
  }
}
