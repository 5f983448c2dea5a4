// An origin that answers each API's call with the least that its client takes for a success, and the configuration of a
// gateway in front of it: for each dialect two routes that let one call through, in a second or in an hour.

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type DialectName, dialects } from "../../src/core/errors/registry.ts";

/** How long what is over the limit has to wait. */
export type Wait = "short" | "long";

const ANSWERS: Readonly<Record<DialectName, unknown>> = {
  problem: {},
  openai: {
    id: "c1",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  },
  anthropic: {
    id: "m1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [{ type: "text", text: "hello" }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  },
  gemini: { candidates: [{ content: { role: "model", parts: [{ text: "hello" }] }, finishReason: "STOP" }] },
  openrouter: {
    id: "c1",
    object: "chat.completion",
    created: 1,
    model: "m",
    system_fingerprint: null,
    choices: [
      { index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop", logprobs: null },
    ],
  },
  graph: { data: [], id: "1" },
  stripe: { object: "list", data: [], has_more: false, url: "/v1/customers" },
  github: { login: "octocat" },
  slack: { ok: true, user: "u" },
  google: { items: [] },
  graphql: { data: { a: 1 } },
  connect: {},
  "grpc-web": {},
};

/** A data frame of an empty message, and the trailers: all that a call of gRPC-web answers. */
const GRPC_WEB = Buffer.concat([
  Buffer.from([0, 0, 0, 0, 0, 0x80, 0, 0, 0, 15]),
  Buffer.from("grpc-status: 0\r", "latin1"),
]);

export interface ApiOrigin {
  readonly url: string;
  readonly close: () => void;
}

export async function startApis(): Promise<ApiOrigin> {
  const server = createServer((request, response) => {
    request.resume();
    const dialect = toDialect(request);
    if (dialect === "grpc-web")
      response.writeHead(200, { "content-type": "application/grpc-web+proto" }).end(GRPC_WEB);
    else
      response
        .writeHead(200, { "content-type": "application/json; charset=utf-8" })
        .end(JSON.stringify(ANSWERS[dialect]));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Stripe's client asks at the root. */
function toDialect({ url = "" }: IncomingMessage): DialectName {
  const [, name = ""] = url.split("/");
  return Object.hasOwn(dialects, name) ? (name as DialectName) : "stripe";
}

export function toConfig(origin: string): Readonly<Record<string, unknown>> {
  const policy = { algorithm: "sliding-window-log", limit: 1, key: ["everyone", "path"] };
  const names = Object.keys(dialects) as DialectName[];
  return {
    origin,
    policies: { short: { ...policy, window: "2s" }, long: { ...policy, window: "1h" } },
    routes: [
      ...names.flatMap((errors) =>
        (["short", "long"] as const).map((wait) => ({
          path: `/${errors}/${wait}/*`,
          policies: [wait],
          errors,
        })),
      ),
      { path: "/v1/customers", policies: ["short"], errors: "stripe" },
      { path: "/v1/products", policies: ["long"], errors: "stripe" },
    ],
  };
}
