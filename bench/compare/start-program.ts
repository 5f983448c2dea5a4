// A subject that is a program of Node, in front of a Redis or with counters in its memory.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectToRedis } from "../load/redis-client.ts";
import { type Redis, startRedis } from "../servers/redis.ts";
import { findFreePort, type RunningProcess, runProcess, waitUntilItListens } from "../servers/run-process.ts";
import { toRuleVars } from "./start-worker.ts";
import type { Place, Rules, Running, StoreFault } from "./subject.ts";

export interface ProgramSubject {
  readonly program: URL;
  readonly store: "memory" | "redis";
}

export async function startProgramSubject(
  place: Place,
  rules: Rules,
  { program, store }: ProgramSubject,
): Promise<Running> {
  const redisFolder = join(place.folder, "redis");
  await mkdir(redisFolder, { recursive: true });
  const redis = store === "redis" ? await startRedis({ folder: redisFolder, pinned: [] }) : undefined;
  return await startPrograms(place, rules, { program, redis });
}

async function startPrograms(
  place: Place,
  rules: Rules,
  { program, redis }: { readonly program: URL; readonly redis: Redis | undefined },
): Promise<Running> {
  const [first, ...others] = await Promise.all(
    Array.from({ length: place.isTwice === true ? 2 : 1 }, () => startOne(place, rules, { program, redis })),
  );
  if (first === undefined) throw new Error("a program was started");
  const stopPrograms = async (): Promise<void> => {
    await Promise.all([first, ...others].map(({ running }) => running.stop()));
  };
  return {
    ports: [first.port, ...others.map(({ port }) => port)],
    restart: async (next) => {
      await stopPrograms();
      return await startPrograms(place, next, { program, redis });
    },
    ...(redis === undefined
      ? {}
      : {
          failStore: (how: StoreFault) => failRedis(redis, how),
          readStoreCalls: () => readCommands(redis),
        }),
    stop: async () => {
      await stopPrograms();
      await redis?.stop();
    },
  };
}

async function startOne(
  { isCareful = false, originUrl }: Place,
  rules: Rules,
  { program, redis }: { readonly program: URL; readonly redis: Redis | undefined },
): Promise<{ readonly port: number; readonly running: RunningProcess }> {
  const port = await findFreePort();
  const path = fileURLToPath(program);
  const running = runProcess([process.execPath, path], {
    env: {
      NODE_ENV: "production",
      PORT: String(port),
      ORIGIN_URL: originUrl,
      ...toRuleVars(rules),
      ...(redis === undefined ? {} : { REDIS_PATH: redis.socketPath }),
      ...(isCareful ? { CAREFUL: "on" } : {}),
    },
  });
  await waitUntilItListens(running, { host: "127.0.0.1", port }, path);
  return { port, running };
}

export async function failRedis({ processIds, stop }: Redis, how: StoreFault): Promise<void> {
  if (how === "ended") {
    await stop();
    return;
  }
  for (const id of processIds) process.kill(id, "SIGSTOP");
}

/** Round trips: what a script, or a transaction, does within Redis is none. */
async function readCommands({ socketPath }: Redis): Promise<number> {
  const redis = connectToRedis(socketPath);
  const stats = await redis.send(["INFO", "commandstats"]);
  redis.close();
  const counts = [...JSON.stringify(stats).matchAll(/cmdstat_(evalsha|eval|exec):calls=(\d+)/g)];
  return counts.reduce((sum, [, , calls]) => sum + Number(calls), 0);
}
