// Streams as real clients read them through the gateway: each gets the whole text, and the usage that the provider counted.

import Anthropic from "@anthropic-ai/sdk";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { ChatOpenAI } from "@langchain/openai";
import { type LanguageModel, streamText } from "ai";
import OpenAI from "openai";
import { startTokenStand } from "./stand.ts";

const OUTPUT = 40;
const PROMPT = `say ${OUTPUT}`;
const WANTED = "tok ".repeat(OUTPUT);
const apiKey = "k";

interface Heard {
  readonly text: string;
  readonly input: number;
  readonly output: number;
}

interface StreamingClient {
  readonly name: string;
  readonly stream: (url: string, headers: Readonly<Record<string, string>>) => Promise<Heard>;
}

interface LangChainUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
}

const messages = [{ role: "user" as const, content: PROMPT }];

async function streamAi(model: LanguageModel): Promise<Heard> {
  const run = streamText({ model, prompt: PROMPT, maxOutputTokens: 100 });
  const text = await run.text;
  const { inputTokens = 0, outputTokens = 0 } = await run.usage;
  return { text, input: inputTokens, output: outputTokens };
}

const clients: readonly StreamingClient[] = [
  {
    name: "openai",
    stream: async (url, headers) => {
      const client = new OpenAI({ apiKey, baseURL: `${url}/v1`, defaultHeaders: headers });
      const run = client.chat.completions.stream({
        model: "m",
        messages,
        max_tokens: 100,
        stream_options: { include_usage: true },
      });
      const text = (await run.finalContent()) ?? "";
      const usage = await run.totalUsage();
      return { text, input: usage.prompt_tokens, output: usage.completion_tokens };
    },
  },
  {
    name: "@anthropic-ai/sdk",
    stream: async (url, headers) => {
      const client = new Anthropic({ apiKey, baseURL: url, defaultHeaders: headers });
      const run = client.messages.stream({ model: "m", messages, max_tokens: 100 });
      const { usage } = await run.finalMessage();
      return { text: await run.finalText(), input: usage.input_tokens, output: usage.output_tokens };
    },
  },
  {
    name: "ai, @ai-sdk/openai",
    stream: (url, headers) => streamAi(createOpenAI({ apiKey, baseURL: `${url}/v1`, headers }).chat("m")),
  },
  {
    name: "ai, @ai-sdk/anthropic",
    stream: (url, headers) => streamAi(createAnthropic({ apiKey, baseURL: `${url}/v1`, headers })("m")),
  },
  {
    name: "@langchain/openai",
    stream: async (url, headers) => {
      const configuration = { baseURL: `${url}/v1`, defaultHeaders: headers };
      const model = new ChatOpenAI({ model: "m", apiKey, maxTokens: 100, configuration });
      let heard: Heard = { text: "", input: 0, output: 0 };
      for await (const chunk of await model.stream(PROMPT)) {
        const usage = chunk.usage_metadata as LangChainUsage | undefined;
        const { input_tokens: input = heard.input, output_tokens: output = heard.output } = usage ?? {};
        heard = { text: heard.text + chunk.text, input, output };
      }
      return heard;
    },
  },
];

/** What is wrong with what each heard; nothing, as a rule. */
export async function playClients(): Promise<readonly { readonly name: string; readonly broken: string }[]> {
  const stand = await startTokenStand(1e9);
  try {
    const played = [];
    for (const { name, stream } of clients) {
      const team = name.replaceAll(/\W/g, "-");
      const heard = await stream(stand.url, { "x-team": team }).catch((error: unknown) => String(error));
      played.push({ name, broken: findBroken(heard, stand.provider.used(team)) });
    }
    return played;
  } finally {
    await stand.close();
  }
}

function findBroken(heard: Heard | string, used: number): string {
  if (typeof heard === "string") return heard;
  if (heard.text !== WANTED) return `heard ${JSON.stringify(heard.text)}`;
  const { input, output } = heard;
  return output === OUTPUT && input + output === used ? "" : `counts ${input} and ${output}, and not ${used}`;
}
