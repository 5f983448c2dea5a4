// A gateway in front of the stand-in of a language model's API, and calls through it.

import { request } from "node:http";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Provider, type ProviderOptions, startProvider } from "../../demo/llm/provider.ts";
import { serveConfig } from "../fuzz/serve-config.ts";
import { findOwnWorkerd } from "../processes/find-own-workerd.ts";

// Inside the checkout, so that the configuration's import resolves.
const FOLDER = resolve(import.meta.dirname, "../../dist/prove-tokens");

export interface TokenStand {
  readonly provider: Provider;
  readonly url: string;
  /** Kills the gateway (SIGKILL), in the middle of whatever it does. */
  readonly kill: () => Promise<void>;
  /** Starts the gateway anew with what its objects have stored: its URL is another one then. */
  readonly restart: () => Promise<string>;
  readonly logs: readonly string[];
  readonly close: () => Promise<void>;
}

/** `limit` tokens in a window for each team and API. `origin`: another one than the stand-in. */
export async function startTokenStand(
  limit: number,
  options: ProviderOptions & { readonly origin?: string; readonly window?: string } = {},
): Promise<TokenStand> {
  const provider = await startProvider(options);
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, "run-"));
  const logs: string[] = [];
  const counted = {
    algorithm: "sliding-window",
    limit,
    window: options.window ?? "10s",
    key: "header:x-team",
  };
  const toPolicy = (api: string): object => ({ ...counted, cost: { estimate: api }, settle: { usage: api } });
  const config = {
    origin: options.origin ?? provider.url,
    policies: {
      openai: toPolicy("openai"),
      anthropic: toPolicy("anthropic"),
      calls: { ...counted, limit: 1e9 },
    },
    routes: [
      { path: "/v1/messages", policies: ["anthropic"], errors: "anthropic" },
      { path: "/v1/plain", policies: ["calls"] },
      { path: "/v1/*", policies: ["openai"], errors: "openai" },
    ],
  };
  const serve = (): ReturnType<typeof serveConfig> =>
    serveConfig({
      folder,
      name: "tokens",
      config,
      vars: {},
      onLog: (line) => logs.push(line),
      persistTo: join(folder, "stored"),
    });
  let gateway = await serve();
  return {
    provider,
    url: `http://127.0.0.1:${gateway.url.port}`,
    kill: async () => {
      for (const id of await findOwnWorkerd()) process.kill(id, "SIGKILL");
      await gateway.close().catch(() => undefined);
    },
    restart: async () => {
      gateway = await serve();
      return `http://127.0.0.1:${gateway.url.port}`;
    },
    logs,
    close: async () => {
      await gateway.close().catch(() => undefined);
      await provider.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface CallOptions {
  readonly path?: string;
  readonly team: string;
  readonly content: string;
  readonly more?: object;
  /** It leaves once so many tokens have come. */
  readonly leaveAfter?: number;
}

export interface Called {
  readonly status: number;
  readonly retryAfterMs: number;
  /** Until the first of the answer's tokens. */
  readonly firstMs: number;
  readonly text: string;
}

/** Never rejects: what breaks off has what came of it. */
export function call(url: string, { path, team, content, more, leaveAfter }: CallOptions): Promise<Called> {
  const body = JSON.stringify({
    model: "m",
    messages: [{ role: "user", content }],
    max_tokens: 100,
    ...more,
  });
  const startedMs = performance.now();
  return new Promise((done) => {
    let called: Called = { status: 0, retryAfterMs: 0, firstMs: 0, text: "" };
    const end = (): void => done(called);
    const asked = request(
      new URL(path ?? "/v1/chat/completions", url),
      { method: "POST", agent: false, headers: { "x-team": team, "content-type": "application/json" } },
      (response) => {
        const retryAfterMs = Number(response.headers["retry-after"] ?? 0) * 1_000;
        called = { ...called, status: response.statusCode ?? 0, retryAfterMs };
        response.setEncoding("utf8");
        response.on("data", (piece: string) => {
          const text = called.text + piece;
          const firstMs =
            called.firstMs === 0 && text.includes("tok ") ? performance.now() - startedMs : called.firstMs;
          called = { ...called, text, firstMs };
          if (leaveAfter !== undefined && text.split("tok ").length > leaveAfter) response.destroy();
        });
        response.on("error", end);
        response.on("close", end);
      },
    );
    asked.on("error", end);
    asked.end(body);
  });
}

/** What the gateway has counted of a team: a call without a body takes nothing. */
export async function readUsed(url: string, team: string, limit: number): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, { headers: { "x-team": team } });
  await response.body?.cancel();
  return limit - Number(response.headers.get("x-ratelimit-remaining-tokens"));
}
