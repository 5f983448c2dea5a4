// What a call will use at most, told from its request: the prompt by its length, and the answer by the bound that the caller
// sets, or by one of the configuration's. It is taken before the call, so that many at once do not all pass, and corrected
// by what the answer says.

import { PROMPT } from "../body/body-members.ts";
import type { BodyValue } from "../body/body-value.ts";
import type { Facts } from "../keys/facts.ts";
import type { UsageApi } from "./formats.ts";
import type { Usage } from "./usage.ts";

/** The label of the member that names the model, where the path does not. */
export const MODEL = "json:model";

interface Bounds {
  /** The first that is there bounds one answer. */
  readonly output: readonly string[];
  /** How many answers there will be. */
  readonly times: readonly string[];
}

const BOUNDS: Readonly<Record<UsageApi, Bounds>> = {
  openai: { output: ["json:max_completion_tokens", "json:max_tokens"], times: ["json:n", "json:best_of"] },
  "openai-responses": { output: ["json:max_output_tokens"], times: [] },
  anthropic: { output: ["json:max_tokens"], times: [] },
  gemini: {
    output: ["json:generationConfig.maxOutputTokens"],
    times: ["json:generationConfig.candidateCount"],
  },
  bedrock: { output: ["json:inferenceConfig.maxTokens"], times: [] },
};

const CHARACTERS_PER_TOKEN = 4;
const TIMES_MAX = 128;

/** The labels of the members of a body that it reads. */
export function listEstimateMembers(api: UsageApi): readonly string[] {
  const { output, times } = BOUNDS[api];
  return [PROMPT, MODEL, ...output, ...times];
}

export interface Estimate {
  readonly usage: Usage;
  /** Whether the caller bounds the answer; else the configuration does. */
  readonly isBounded: boolean;
}

type Read = Pick<Facts, "member" | "header">;

/** undefined: what would bound it cannot be read, and it costs the most. `outputMax` bounds answers that no caller does. */
export function toEstimate(api: UsageApi, facts: Read, outputMax: number): Estimate | undefined {
  const input = readPrompt(facts);
  if (input === undefined) return undefined;
  const { output: bounds, times: multiples } = BOUNDS[api];
  // A body that is not read says nothing of either.
  const isRead = facts.member(PROMPT).kind === "number";
  const outputs = isRead ? bounds.map((label) => toCount(facts.member(label))) : [];
  const times = isRead ? multiples.map((label) => toCount(facts.member(label))) : [];
  if ([...outputs, ...times].includes("unreadable")) return undefined;
  const bound = outputs.find((count) => typeof count === "number");
  const most = Math.max(1, ...times.filter((count) => typeof count === "number"));
  const output = (typeof bound === "number" ? bound : outputMax) * Math.min(TIMES_MAX, most);
  const usage = { input, output, cachedInput: 0, reasoning: 0 };
  return { usage, isBounded: typeof bound === "number" };
}

/** By its texts; of a body that is too long to be read, by its length. */
function readPrompt({ member, header }: Read): number | undefined {
  const prompt = member(PROMPT);
  if (prompt.kind === "number") return Number(prompt.text);
  if (prompt.kind === "missing") return 0;
  const coding = header("content-encoding");
  const length = header("content-length") ?? "";
  if (coding !== undefined || !/^\d{1,15}$/.test(length)) return undefined;
  return Math.ceil(Number(length) / CHARACTERS_PER_TOKEN);
}

function toCount(value: BodyValue): number | "unreadable" | undefined {
  if (value.kind === "missing") return undefined;
  const count = value.kind === "number" ? Number(value.text) : Number.NaN;
  return Number.isSafeInteger(count) && count >= 0 ? count : "unreadable";
}

/** The model that is asked for: in the body, or in the path, as some APIs have it. */
export function findModel({ member, path }: Pick<Facts, "member" | "path">): string | undefined {
  const value = member(MODEL);
  if (value.kind === "text") return value.text;
  return /\/(?:models?|deployments)\/([^/:]+)/.exec(path)?.[1];
}
