// Calls to a provider whose limit nobody has written down here: what it says of its tokens in its answers is all that the
// gateway paces them by.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { startProvider } from "../../demo/llm/provider.ts";
import { serveConfig } from "../fuzz/serve-config.ts";
import { call } from "./stand.ts";

const FOLDER = resolve(import.meta.dirname, "../../dist/prove-tokens");
const LIMIT = { tokens: 1_000, windowMs: 10_000 } as const;
const CALLS = 18;
const PARALLEL = 4;
/** With its prompt a tenth of the limit. */
const TOKENS = 97;
const PATHS = { openai: "/v1/chat/completions", anthropic: "/v1/messages" } as const;

export interface Paced {
  readonly api: string;
  readonly calls: number;
  readonly answered: number;
  readonly refusedUpstream: number;
  readonly seconds: number;
}

export async function playPaced(): Promise<readonly Paced[]> {
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, "run-"));
  try {
    return await Promise.all(
      (["openai", "anthropic"] as const).map(async (api) => await playOne(api, folder)),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function playOne(api: keyof typeof PATHS, folder: string): Promise<Paced> {
  const provider = await startProvider(LIMIT);
  const feedback = { profile: api, otherScopes: "pool" };
  const config = {
    origin: provider.url,
    origins: { model: { members: [provider.url], feedback, queue: { waitMax: "30s" } } },
    policies: {},
    routes: [{ path: "/v1/*", origin: "model", whenLimited: ["queue"] }],
  };
  const gateway = await serveConfig({ folder, name: api, config, vars: {}, onLog: () => undefined });
  const startedMs = performance.now();
  const turns = Array.from({ length: CALLS }, (_, at) => at).values();
  let answered = 0;
  const work = async (): Promise<void> => {
    for (const _ of turns) {
      const more = { stream: true, max_tokens: TOKENS };
      const asked = { path: PATHS[api], team: "a", content: `say ${TOKENS}`, more };
      const { status } = await call(`http://127.0.0.1:${gateway.url.port}`, asked);
      if (status === 200) answered += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, work));
    const seconds = (performance.now() - startedMs) / 1_000;
    return { api, calls: CALLS, answered, refusedUpstream: provider.calls().refused, seconds };
  } finally {
    await gateway.close();
    await provider.close();
  }
}
