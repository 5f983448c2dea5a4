// What a language model's API answers, in the form of OpenAI's chat completions and of Anthropic's messages: in one piece, or
// event by event.

export interface Call {
  readonly kind: "openai" | "anthropic";
  readonly key: string;
  readonly isStream: boolean;
  readonly hasUsage: boolean;
  readonly word: string;
  readonly input: number;
  readonly output: number;
}

/** Named, where its API names its events. */
export type Event = object & { readonly type?: string; readonly index?: number; readonly delta?: object };

export const TOKEN = "tok ";
const toUsage = ({ kind, input, output }: Call): object =>
  kind === "openai"
    ? { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
    : { input_tokens: input, output_tokens: output };

const TOOL = { id: "t1", type: "function", function: { name: "look", arguments: "" } };

export function toDocument(call: Call): object {
  const { kind, word, output } = call;
  const text = TOKEN.repeat(output);
  const usage = toUsage(call);
  if (kind === "anthropic") {
    const content =
      word === "tools"
        ? { type: "tool_use", id: "t1", name: "look", input: { text } }
        : { type: "text", text };
    return {
      id: "m1",
      type: "message",
      role: "assistant",
      model: "m",
      content: [content],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage,
    };
  }
  const tool = { ...TOOL, function: { name: "look", arguments: text } };
  const message =
    word === "tools"
      ? { role: "assistant", content: null, tool_calls: [tool] }
      : { role: "assistant", content: text };
  const choices = [{ index: 0, message, finish_reason: word === "tools" ? "tool_calls" : "stop" }];
  return { id: "c1", object: "chat.completion", created: 1, model: "m", choices, usage };
}

const toToolDelta = (): object => ({ tool_calls: [{ index: 0, function: { arguments: TOKEN } }] });

function toChunk({ hasUsage }: Call, delta: object, finish: string | null = null): object {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return {
    id: "c1",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices,
    ...(hasUsage && { usage: null }),
  };
}

const toDelta = (word: string): Event => ({
  type: "content_block_delta",
  index: 0,
  delta:
    word === "tools"
      ? { type: "input_json_delta", partial_json: TOKEN }
      : { type: "text_delta", text: TOKEN },
});

/** The event of one token. */
export function toNext(call: Call): Event {
  if (call.kind === "anthropic") return toDelta(call.word);
  return toChunk(call, call.word === "tools" ? toToolDelta() : { content: TOKEN });
}

export function toStart(call: Call): readonly object[] {
  const { kind, word, input } = call;
  if (kind === "openai") {
    const first =
      word === "tools"
        ? { role: "assistant", tool_calls: [{ index: 0, ...TOOL }] }
        : { role: "assistant", content: "" };
    return [toChunk(call, first)];
  }
  const message = {
    id: "m1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
  const block =
    word === "tools" ? { type: "tool_use", id: "t1", name: "look", input: {} } : { type: "text", text: "" };
  return [
    { type: "message_start", message: { ...message, usage: { input_tokens: input, output_tokens: 0 } } },
    { type: "content_block_start", index: 0, content_block: block },
    { type: "ping" },
  ];
}

export function toEnd(call: Call): readonly object[] {
  const { kind, word, hasUsage, output } = call;
  if (kind === "openai") {
    const last = toChunk(call, {}, word === "tools" ? "tool_calls" : "stop");
    const usage = {
      id: "c1",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [],
      usage: toUsage(call),
    };
    return hasUsage ? [last, usage] : [last];
  }
  return [
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: output } },
    { type: "message_stop" },
  ];
}
