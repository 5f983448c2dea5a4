// What is asked of each subject. One probe is one file of probes/ and one line of its registry.

import type { Cell } from "./cell.ts";
import { type Asked, type Reply, send } from "./client.ts";
import type { Place, Rules, Running, Subject } from "./subject.ts";

export interface Probe {
  /** How --probe names it. */
  readonly name: string;
  /** The head of its row. */
  readonly title: string;
  /** What a reader must know to judge it. */
  readonly explanation: string;
  readonly run: (stand: Stand) => Promise<Cell>;
}

export interface Stand {
  readonly subject: Subject;
  /** Brings the subject up. Everything that was brought up is stopped after the probe. */
  readonly start: (rules: Rules, options?: Pick<Place, "isTwice" | "isCareful">) => Promise<Tried>;
  /** What is under way at the origin. */
  readonly readInFlight: () => Promise<number>;
}

/** A subject that runs, and what is sent to it. */
export interface Tried extends Pick<Running, "failStore" | "readStoreCalls"> {
  readonly ports: Running["ports"];
  readonly ask: (asked: Partial<Omit<Asked, "addressField">>, port?: number) => Promise<Reply>;
  readonly restart: (rules: Rules) => Promise<Tried>;
  /** Other rules, in the way in which its operators bring them in. */
  readonly change: (rules: Rules) => Promise<Tried>;
}

/** Addresses from the range for documentation: no two probes share one. */
export function toTried(running: Running, { addressField }: Pick<Subject, "addressField">): Tried {
  return {
    ports: running.ports,
    failStore: running.failStore,
    readStoreCalls: running.readStoreCalls,
    ask: ({ ip = "192.0.2.1", ...rest }, port = running.ports[0]) =>
      send(port, { ip, addressField, ...rest }),
    restart: async (rules) => toTried(await running.restart(rules), { addressField }),
    change: async (rules) => toTried(await (running.change ?? running.restart)(rules), { addressField }),
  };
}
