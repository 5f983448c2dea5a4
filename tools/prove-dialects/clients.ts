// The real clients of the APIs whose dialects the gateway speaks, each with the settings that it comes with.

import Anthropic from "@anthropic-ai/sdk";
import { createFileRegistry, type DescMethodUnary, fromJson } from "@bufbuild/protobuf";
import { file_google_protobuf_empty, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { ApiError, GoogleGenAI } from "@google/genai";
import { ErrorCode, LogLevel, WebClient } from "@slack/web-api";
import { FacebookAdsApi } from "facebook-nodejs-business-sdk";
import { ClientError, GraphQLClient } from "graphql-request";
import { Octokit } from "octokit";
import OpenAI from "openai";
import { Stripe } from "stripe";
import type { DialectName } from "../../src/core/errors/registry.ts";
import type { Wait } from "./stand.ts";

export interface ApiClient {
  readonly name: string;
  readonly dialect: DialectName;
  /** Makes one call; `gateway` has no slash at its end. */
  readonly call: (gateway: string, wait: Wait) => Promise<unknown>;
  /** Whether it is the error that this client has for limits. */
  readonly isOwn: (error: unknown) => boolean;
  /** Whether it sends again by itself what was over a limit, when it is told to. */
  readonly waits: boolean;
  /** It takes seconds to load, or to give up: `npm run prove:dialects` alone has it. */
  readonly isSlow?: boolean;
  /** It sends again what it is told not to, a few times. */
  readonly insists?: boolean;
}

const MESSAGES = [{ role: "user" as const, content: "hello" }];
const apiKey = "k";
const silent = (): void => undefined;
const toName = (error: unknown): string => (error instanceof Error ? error.constructor.name : "");
const toMember = (error: unknown, name: string): unknown =>
  typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;

export const clients: readonly ApiClient[] = [
  {
    name: "openai",
    dialect: "openai",
    call: (gateway, wait) => {
      const client = new OpenAI({ apiKey, baseURL: `${gateway}/openai/${wait}` });
      return client.chat.completions.create({ model: "m", messages: MESSAGES });
    },
    isOwn: (error) => error instanceof OpenAI.RateLimitError,
    waits: true,
  },
  {
    name: "@anthropic-ai/sdk",
    dialect: "anthropic",
    call: (gateway, wait) => {
      const client = new Anthropic({ apiKey, baseURL: `${gateway}/anthropic/${wait}` });
      return client.messages.create({ model: "m", max_tokens: 9, messages: MESSAGES });
    },
    isOwn: (error) => error instanceof Anthropic.RateLimitError,
    waits: true,
  },
  {
    name: "@google/genai",
    dialect: "gemini",
    call: (gateway, wait) => {
      const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: `${gateway}/gemini/${wait}` } });
      return client.models.generateContent({ model: "m", contents: "hello" });
    },
    isOwn: (error) => error instanceof ApiError && error.status === 429,
    waits: false,
  },
  {
    name: "@openrouter/sdk",
    dialect: "openrouter",
    call: async (gateway, wait) => {
      // Loading it takes seconds, also where it is not asked for.
      const { OpenRouter } = await import("@openrouter/sdk");
      const client = new OpenRouter({ apiKey, serverURL: `${gateway}/openrouter/${wait}` });
      return client.chat.send({ chatRequest: { model: "m", messages: MESSAGES } });
    },
    isOwn: (error) => toName(error) === "TooManyRequestsResponseError",
    waits: false,
    isSlow: true,
  },
  ...["openai", "anthropic"].map(toAi),
  {
    name: "@langchain/openai",
    dialect: "openai",
    call: async (gateway, wait) => {
      const { ChatOpenAI } = await import("@langchain/openai");
      const configuration = { baseURL: `${gateway}/openai/${wait}/langchain` };
      return await new ChatOpenAI({ model: "m", apiKey, configuration }).invoke("hello");
    },
    isOwn: (error) => error instanceof OpenAI.RateLimitError,
    waits: true,
    isSlow: true,
  },
  {
    name: "stripe",
    dialect: "stripe",
    call: (gateway, wait) => {
      const { hostname, port } = new URL(gateway);
      const client = new Stripe("sk_test_1", { host: hostname, port, protocol: "http", telemetry: false });
      return wait === "short" ? client.customers.list() : client.products.list();
    },
    isOwn: (error) => error instanceof Stripe.errors.StripeRateLimitError,
    waits: false,
  },
  {
    name: "octokit",
    dialect: "github",
    call: (gateway, wait) => {
      const log = { debug: silent, info: silent, warn: silent, error: silent };
      const client = new Octokit({
        baseUrl: `${gateway}/github/${wait}`,
        log,
        // Its own rule waits once, for however long; a minute is enough here.
        throttle: {
          onRateLimit: (seconds: number) => seconds <= 60,
          onSecondaryRateLimit: (seconds: number) => seconds <= 60,
        },
      });
      return client.request("GET /user");
    },
    isOwn: (error) => toMember(error, "status") === 403 && /secondary rate limit/.test(String(error)),
    waits: true,
  },
  {
    name: "@slack/web-api",
    dialect: "slack",
    call: (gateway, wait) => {
      const client = new WebClient("xoxb-1", {
        slackApiUrl: `${gateway}/slack/${wait}/`,
        logLevel: LogLevel.ERROR,
      });
      return client.auth.test();
    },
    isOwn: (error) =>
      toMember(error, "code") === ErrorCode.PlatformError && /ratelimited/.test(String(error)),
    waits: true,
  },
  {
    name: "facebook-nodejs-business-sdk",
    dialect: "graph",
    call: async (gateway, wait) => {
      const client = new FacebookAdsApi("token");
      return await client.call("GET", `${gateway}/graph/${wait}/me`);
    },
    isOwn: (error) => toName(error) === "FacebookRequestError" && toMember(error, "status") === 400,
    waits: false,
  },
  {
    name: "graphql-request",
    dialect: "graphql",
    call: (gateway, wait) => new GraphQLClient(`${gateway}/graphql/${wait}`).request("{ a }"),
    isOwn: (error) =>
      error instanceof ClientError && error.response.errors?.[0]?.extensions?.["code"] === "RATE_LIMITED",
    waits: false,
  },
  {
    name: "@connectrpc/connect, Connect",
    dialect: "connect",
    call: (gateway, wait) => callPing(createConnectTransport({ baseUrl: `${gateway}/connect/${wait}` })),
    isOwn: isExhausted,
    waits: false,
  },
  {
    name: "@connectrpc/connect, gRPC-web",
    dialect: "grpc-web",
    call: (gateway, wait) => callPing(createGrpcWebTransport({ baseUrl: `${gateway}/grpc-web/${wait}` })),
    isOwn: isExhausted,
    waits: false,
  },
];

/** Vercel's AI SDK, with its provider of this API. */
function toAi(api: string): ApiClient {
  const isOpenAi = api === "openai";
  return {
    name: `ai, @ai-sdk/${api}`,
    dialect: isOpenAi ? "openai" : "anthropic",
    call: async (gateway, wait) => {
      const { generateText } = await import("ai");
      const { createOpenAI } = await import("@ai-sdk/openai");
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      const options = { apiKey, baseURL: `${gateway}/${api}/${wait}/ai` };
      const model = isOpenAi ? createOpenAI(options).chat("m") : createAnthropic(options)("m");
      return await generateText({ model, prompt: "hello", maxOutputTokens: 9 });
    },
    isOwn: (error) =>
      toMember(error, "name") === "AI_RetryError" &&
      toMember(toMember(error, "lastError"), "statusCode") === 429,
    waits: true,
    isSlow: true,
    insists: true,
  };
}

function isExhausted(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.ResourceExhausted;
}

const PING = fromJson(FileDescriptorProtoSchema, {
  name: "ping.proto",
  syntax: "proto3",
  dependency: ["google/protobuf/empty.proto"],
  service: [
    {
      name: "Ping",
      method: [{ name: "Ping", inputType: ".google.protobuf.Empty", outputType: ".google.protobuf.Empty" }],
    },
  ],
});

/** A service with one method, as a compiler of .proto files writes it. */
function callPing(transport: Transport): Promise<unknown> {
  const service = createFileRegistry(PING, () => file_google_protobuf_empty).getService("Ping");
  if (service === undefined) throw new Error("Cannot find the service");
  const ping = service.method["ping"] as DescMethodUnary;
  return transport.unary(ping, undefined, undefined, undefined, {});
}
