// Sends inputs over a few connections that are kept, one after the other on each, and counts what came of them.

import { Agent, request as openRequest } from "node:http";
import type { Fault, Input } from "./input.ts";

const CONNECTIONS = 12;
/** No answer takes so long, even on a busy machine: it is a hang. */
const SILENCE_MS_MAX = 30_000;
/** What is wrong once is wrong often: the first ones are enough to see it. */
const FAULTS_MAX = 20;

export interface Target {
  readonly port: number;
  /** Whether an answer may have this status. */
  readonly isAllowed: (status: number) => boolean;
}

export class Tally {
  /** By group, then by status. */
  readonly counts = new Map<string, Map<string, number>>();
  readonly faults: Fault[] = [];
  sent = 0;

  add(input: Input, outcome: string, isAllowed: boolean): void {
    const group = this.counts.get(input.group) ?? new Map<string, number>();
    this.counts.set(input.group, group);
    group.set(outcome, (group.get(outcome) ?? 0) + 1);
    this.sent += 1;
    if (!isAllowed && this.faults.length < FAULTS_MAX) this.faults.push({ input, outcome });
  }

  /** How many answers had this status, over all groups. */
  count(outcome: string): number {
    return [...this.counts.values()].reduce((sum, group) => sum + (group.get(outcome) ?? 0), 0);
  }
}

export interface Sender {
  /** Resolves when every input has its outcome. */
  readonly send: (inputs: readonly Input[], tally: Tally) => Promise<void>;
  readonly close: () => void;
}

export function createSender(target: Target): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const sendFrom = async (inputs: Iterator<Input>, tally: Tally): Promise<void> => {
    for (let next = inputs.next(); next.done !== true; next = inputs.next()) {
      const outcome = await sendOne(next.value, target.port, agent);
      tally.add(next.value, outcome, target.isAllowed(Number(outcome)));
    }
  };
  return {
    send: async (inputs, tally) => {
      const queue = inputs.values();
      await Promise.all(Array.from({ length: CONNECTIONS }, async () => sendFrom(queue, tally)));
    },
    close: () => {
      agent.destroy();
    },
  };
}

function sendOne(input: Input, port: number, agent: Agent): Promise<string> {
  const { method, target: path, fields, body } = input;
  const framing = body === "" ? [] : ["Content-Length", String(Buffer.byteLength(body))];
  const headers = ["Host", "gateway.example", ...fields.flat(), ...framing];
  return new Promise((resolve) => {
    const request = openRequest({ host: "127.0.0.1", port, method, path, headers, agent });
    request.setTimeout(SILENCE_MS_MAX, () => {
      resolve("hang");
      request.destroy();
    });
    request.on("error", () => {
      resolve("broken off");
    });
    request.on("response", (response) => {
      response.on("error", () => {
        resolve("broken off");
      });
      response.on("end", () => {
        resolve(String(response.statusCode));
      });
      response.resume();
    });
    request.end(body);
  });
}
