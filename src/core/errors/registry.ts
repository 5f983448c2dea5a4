// The one list of dialects. The configuration and the feedback profiles name them; a dialect is a function and a line here.

import type { Dialect, DialectAnswer } from "./dialect.ts";
import { anthropic } from "./dialects/anthropic.ts";
import { gemini, google } from "./dialects/google.ts";
import { github } from "./dialects/github.ts";
import { graph } from "./dialects/graph.ts";
import { graphql } from "./dialects/graphql.ts";
import { connect, grpcWeb } from "./dialects/grpc.ts";
import { openAi, openRouter } from "./dialects/openai.ts";
import { problem } from "./dialects/problem.ts";
import { slack } from "./dialects/slack.ts";
import { stripe } from "./dialects/stripe.ts";
import { type ErrorTemplate, fillTemplate } from "./dialects/template.ts";
import { type FailureFacts, toFailure } from "./failure.ts";
import type { ProblemCode } from "../http/problems.ts";

export const dialects = {
  problem,
  openai: openAi,
  anthropic,
  gemini,
  openrouter: openRouter,
  graph,
  stripe,
  github,
  slack,
  google,
  graphql,
  connect,
  "grpc-web": grpcWeb,
} satisfies Readonly<Record<string, Dialect>>;

export type DialectName = keyof typeof dialects;

/** In whose words a route says what went wrong. */
export type ErrorsRule = DialectName | ErrorTemplate;

/** The answer to a request that the gateway refuses, or that failed. */
export function toErrorAnswer(
  code: ProblemCode,
  rule: ErrorsRule = "problem",
  facts: FailureFacts = { retryAfter: undefined },
): DialectAnswer {
  const failure = toFailure(code, facts);
  return typeof rule === "string" ? dialects[rule](failure) : fillTemplate(rule, failure);
}
