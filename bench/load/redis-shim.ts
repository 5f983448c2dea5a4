// Redis over HTTP, as @upstash/redis asks for it: POST / with a command as a JSON array, POST /pipeline with an array of
// commands. It runs beside the origin, not on the server's core: in production it is the provider's.

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { connectToRedis } from "./redis-client.ts";
import { type Reply, ReplyError } from "./redis-protocol.ts";
import { createScriptTranslation } from "./script-flags.ts";

export interface RedisShim {
  readonly url: string;
  /** HTTP requests since it was started. */
  readonly readCalls: () => number;
  readonly close: () => void;
}

type Command = readonly string[];
type Answer = { readonly result: unknown } | { readonly error: string };

export async function startRedisShim(socketPath: string): Promise<RedisShim> {
  const redis = connectToRedis(socketPath);
  let calls = 0;
  const translate = createScriptTranslation();
  const run = async (command: Command): Promise<Answer> => toAnswer(await redis.send(translate(command)));
  const server = createServer(async (request, response) => {
    calls += 1;
    const body = await readBody(request).catch(() => undefined);
    // Of a server that was ended meanwhile.
    if (body === undefined) return;
    const asked = parseAsked(request.url ?? "", body);
    const isMany = asked !== undefined && "pipeline" in asked;
    const answer =
      asked === undefined
        ? { error: "ERR not a command" }
        : await (isMany ? Promise.all(asked.pipeline.map(run)) : run(asked.command));
    response.statusCode = "error" in answer ? 400 : 200;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(answer));
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    readCalls: () => calls,
    close: () => {
      server.close();
      server.closeAllConnections();
      redis.close();
    },
  };
}

/** undefined: neither a command nor a list of commands. */
export function parseAsked(
  path: string,
  body: string,
): { readonly command: Command } | { readonly pipeline: readonly Command[] } | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (path !== "/pipeline") {
    const command = toCommand(json);
    return command === undefined ? undefined : { command };
  }
  if (!Array.isArray(json)) return undefined;
  const commands = json.map(toCommand);
  const pipeline = commands.filter((command) => command !== undefined);
  return pipeline.length === commands.length ? { pipeline } : undefined;
}

/** Its parts are texts and numbers; Redis knows only texts. */
function toCommand(json: unknown): Command | undefined {
  if (!Array.isArray(json) || json.length === 0) return undefined;
  return json.every(isPart) ? json.map(String) : undefined;
}

function isPart(part: unknown): boolean {
  return typeof part === "string" || typeof part === "number";
}

function toAnswer(reply: Reply): Answer {
  return reply instanceof ReplyError ? { error: reply.message } : { result: reply };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
