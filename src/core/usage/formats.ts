// Where each API says what a call used: in a JSON answer, and in the events of a stream. The same places serve both, below
// what the API wraps around them. And where the text of an answer stands, for a stream that is left before it says.

import type { Usage } from "./usage.ts";

export interface UsageFormat {
  /** Places whose numbers are added, by kind. */
  readonly places: Readonly<Record<keyof Usage, readonly string[]>>;
  /** Input and output together, for answers that have no output of their own. */
  readonly total: string | undefined;
  /** What the places may stand below, in an answer or an event: "" for nothing. */
  readonly below: readonly string[];
  /** Members whose texts are what the model has written: in the events of a stream. */
  readonly texts: readonly string[];
  /** A text that every event has which says something of usage. */
  readonly mark: string;
}

const NONE: readonly string[] = [];

const openai: UsageFormat = {
  places: {
    input: ["usage.prompt_tokens"],
    output: ["usage.completion_tokens"],
    cachedInput: ["usage.prompt_tokens_details.cached_tokens"],
    reasoning: ["usage.completion_tokens_details.reasoning_tokens"],
  },
  total: "usage.total_tokens",
  // Groq's streams.
  below: ["", "x_groq."],
  texts: ["content", "text", "arguments", "reasoning_content", "reasoning", "refusal"],
  mark: '"usage"',
};

const openAiResponses: UsageFormat = {
  places: {
    input: ["usage.input_tokens"],
    output: ["usage.output_tokens"],
    cachedInput: ["usage.input_tokens_details.cached_tokens"],
    reasoning: ["usage.output_tokens_details.reasoning_tokens"],
  },
  total: "usage.total_tokens",
  below: ["", "response."],
  texts: ["delta"],
  mark: '"usage"',
};

const anthropic: UsageFormat = {
  places: {
    input: ["usage.input_tokens", "usage.cache_creation_input_tokens", "usage.cache_read_input_tokens"],
    output: ["usage.output_tokens"],
    cachedInput: ["usage.cache_read_input_tokens"],
    reasoning: ["usage.output_tokens_details.thinking_tokens"],
  },
  total: undefined,
  below: ["", "message."],
  texts: ["text", "partial_json", "thinking"],
  mark: '"usage"',
};

const gemini: UsageFormat = {
  places: {
    input: ["usageMetadata.promptTokenCount", "usageMetadata.toolUsePromptTokenCount"],
    output: ["usageMetadata.candidatesTokenCount", "usageMetadata.thoughtsTokenCount"],
    cachedInput: ["usageMetadata.cachedContentTokenCount"],
    reasoning: ["usageMetadata.thoughtsTokenCount"],
  },
  total: "usageMetadata.totalTokenCount",
  below: [""],
  texts: ["text"],
  mark: '"usageMetadata"',
};

const bedrock: UsageFormat = {
  places: {
    input: ["usage.inputTokens", "usage.cacheReadInputTokens", "usage.cacheWriteInputTokens"],
    output: ["usage.outputTokens"],
    cachedInput: ["usage.cacheReadInputTokens"],
    reasoning: NONE,
  },
  total: undefined,
  below: [""],
  texts: ["text"],
  mark: '"usage"',
};

export const usageFormats = {
  openai,
  "openai-responses": openAiResponses,
  anthropic,
  gemini,
  bedrock,
} satisfies Readonly<Record<string, UsageFormat>>;

export type UsageApi = keyof typeof usageFormats;
export const usageApis = Object.keys(usageFormats) as UsageApi[];

/** An API of one's own, by the places of its two numbers. */
export function toOwnFormat({
  input,
  output,
}: {
  readonly input: string;
  readonly output: string;
}): UsageFormat {
  return {
    places: { input: [input], output: [output], cachedInput: NONE, reasoning: NONE },
    total: undefined,
    below: [""],
    texts: NONE,
    mark: `"${input.slice(input.lastIndexOf(".") + 1)}"`,
  };
}

/** Every place that is read. */
export function listUsagePlaces({ places, total, below }: UsageFormat): readonly string[] {
  const all = [...Object.values(places).flat(), ...(total === undefined ? [] : [total])];
  return below.flatMap((prefix) => [...new Set(all)].map((place) => prefix + place));
}

/** `found` are the numbers by place: the last that was said of each. undefined: nothing is known. */
export function toUsage(found: ReadonlyMap<string, number>, format: UsageFormat): Usage | undefined {
  const read = (place: string): number | undefined =>
    format.below.map((prefix) => found.get(prefix + place)).find((number) => number !== undefined);
  const sum = (kind: keyof Usage): number | undefined => {
    const numbers = format.places[kind].map(read).filter((number) => number !== undefined);
    return numbers.length === 0 ? undefined : numbers.reduce((all, one) => all + one, 0);
  };
  const input = sum("input");
  const total = format.total === undefined ? undefined : read(format.total);
  const output = sum("output") ?? (total === undefined || input === undefined ? undefined : total - input);
  // Some send a usage of nothing with each event before the last.
  if ((input ?? 0) + (output ?? 0) <= 0) return undefined;
  return {
    input: input ?? 0,
    output: Math.max(0, output ?? 0),
    cachedInput: sum("cachedInput") ?? 0,
    reasoning: sum("reasoning") ?? 0,
  };
}
