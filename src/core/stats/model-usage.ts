// What calls of language models used, by consumer and model: a bounded list for each kind, in the reports of isolates and in
// the answer of GET /stats. A model's name is the client's to choose, so no consumer has more than a few of them in a report.

import { LruMap } from "../lru-map.ts";
import { OTHER } from "./top-list.ts";
import type { TopLists } from "./tops.ts";

/** What is counted of a call, and the list that it is counted in. */
export const MODEL_LISTS = {
  calls: "modelCalls",
  input: "inputTokens",
  output: "outputTokens",
  cachedInput: "cachedTokens",
  microUsd: "microUsd",
} as const;
export type ModelKind = keyof typeof MODEL_LISTS;
export const MODEL_KINDS = [
  "calls",
  "input",
  "output",
  "cachedInput",
  "microUsd",
] as const satisfies ModelKind[];

/** Of one consumer, in one report. */
const MODELS_MAX = 20;
const CONSUMERS_MAX = 1_000;
const NAME_LENGTH_MAX = 64;

export interface ModelCall {
  /** "" without a credential. */
  readonly consumer: string;
  /** undefined: the request names none. */
  readonly model: string | undefined;
  readonly input: number;
  readonly output: number;
  readonly cachedInput: number;
  /** By the prices of a policy; 0 where none has any. */
  readonly microUsd: number;
}

/** Counts calls into the lists of one report. */
export class ModelUsage {
  readonly #models = new LruMap<string, Set<string>>(CONSUMERS_MAX);
  #isEmpty = true;

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  count(tops: TopLists, call: ModelCall): void {
    this.#isEmpty = false;
    const key = `${call.consumer}\n${this.#admit(call.consumer, toName(call.model))}`;
    tops.modelCalls.add(key, 1);
    for (const kind of ["input", "output", "cachedInput", "microUsd"] as const)
      if (call[kind] > 0) tops[MODEL_LISTS[kind]].add(key, call[kind]);
  }

  #admit(consumer: string, model: string): string {
    let known = this.#models.get(consumer);
    if (known === undefined) this.#models.set(consumer, (known = new Set()));
    if (known.has(model)) return model;
    if (known.size >= MODELS_MAX) return OTHER;
    known.add(model);
    return model;
  }
}

/** As a label: short, and on one line. */
function toName(model = ""): string {
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  return model.slice(0, NAME_LENGTH_MAX).replace(/[\u0000-\u001F\u007F\u2028\u2029]/g, "?");
}

/** What a key of one of the lists says. */
export function readModelKey(key: string): { readonly consumer: string; readonly model: string } {
  const [consumer = "", model] = key.split("\n");
  return model === undefined ? { consumer: OTHER, model: OTHER } : { consumer, model };
}
