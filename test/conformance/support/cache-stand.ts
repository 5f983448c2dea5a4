// The stand of the cache's tests: every case has a path of its own, whose answers are numbered, so that what was stored
// shows as an answer that repeats and as a request that the origin never saw.

import { send, type Reply, type RequestOptions } from "./client.ts";
import type { Fields } from "./fields.ts";
import type { GatewayOptions } from "./gateway.ts";
import type { HttpAnswer, RecordedRequest } from "./origin.ts";
import { startStand, type Stand } from "./stand.ts";
import { lastMemberOf, type Member } from "./structured-fields.ts";
import { until } from "./until.ts";

/** An answer without a body gets "answer 1", "answer 2" and so on. `time` counts from 1. */
export type Answering =
  | HttpAnswer
  | ((request: RecordedRequest, time: number) => HttpAnswer | Promise<HttpAnswer>);

export interface CacheStand extends Stand {
  /** A new path below a folder, answered so. */
  readonly serve: (folder: string, answering: Answering) => string;
  readonly ask: (path: string, options?: RequestOptions) => Promise<Reply>;
  /** The answers to one request after the other. */
  readonly askInTurn: (path: string, ...options: readonly RequestOptions[]) => Promise<readonly Reply[]>;
  /** The bodies that requests get which differ in one field; undefined leaves it out. */
  readonly askEach: (
    path: string,
    name: string,
    values: readonly (string | undefined)[],
  ) => Promise<readonly string[]>;
  /** How many requests for a path the origin has seen. */
  readonly asked: (path: string) => number;
  /** What the origin saw last of a path. */
  readonly lastAsked: (path: string) => RecordedRequest;
  /** Asks until an answer comes from the store: a first one may be stored in the background. */
  readonly untilHit: (path: string, options?: RequestOptions) => Promise<Reply>;
}

/** `config` is the rest of the configuration. */
export async function startCacheStand(
  routes: readonly Readonly<Record<string, unknown>>[],
  config: Readonly<Record<string, unknown>> = {},
  options: Omit<GatewayOptions, "config"> = {},
): Promise<CacheStand> {
  const stand = await startStand({ policies: {}, ...config, routes }, options);
  const { origin, gateway } = stand;
  let paths = 0;
  const ask = (path: string, request?: RequestOptions): Promise<Reply> => send(gateway, path, request);
  const asked = (path: string): number => origin.requests(toPath(path)).length;
  return {
    ...stand,
    ask,
    asked,
    serve: (folder, answering) => {
      paths += 1;
      const path = `/${folder}/${paths}`;
      let time = 0;
      origin.serve(path, async (request) => {
        time += 1;
        const body = `answer ${time}`;
        const answer = typeof answering === "function" ? await answering(request, time) : answering;
        return { body, ...answer };
      });
      return path;
    },
    askInTurn: async (path, ...requests) => {
      const replies: Reply[] = [];
      for (const request of requests) replies.push(await ask(path, request));
      return replies;
    },
    askEach: async (path, name, values) => {
      const bodies: string[] = [];
      for (const value of values)
        bodies.push((await ask(path, { fields: value === undefined ? [] : [[name, value]] })).text());
      return bodies;
    },
    lastAsked: (path) => {
      const request = origin.requests(toPath(path)).at(-1);
      if (request === undefined) throw new Error(`the origin was never asked for ${path}`);
      return request;
    },
    untilHit: (path, request) =>
      until(`${path} from the store`, async () => {
        const reply = await ask(path, request);
        return isHit(reply) && reply;
      }),
  };
}

/** An answer that says what the origin was asked with. */
export function echo(fields: Fields, name: string): Answering {
  return ({ field }) => ({ fields, body: field(name) ?? "absent" });
}

/** One answer after the other, and the last from then on. */
export function inTurn(...answers: readonly HttpAnswer[]): Answering {
  return (_, time) => answers[Math.min(time, answers.length) - 1] ?? {};
}

/** What the gateway's own member of Cache-Status says; none is {}. */
export function statusOf(reply: Reply): Member["parameters"] {
  return lastMemberOf(reply, "Cache-Status")?.parameters ?? {};
}

export function isHit(reply: Reply): boolean {
  return statusOf(reply)["hit"] === true;
}

/** Cache-Control, and fields besides. */
export function control(value: string, ...fields: Fields): Fields {
  return [["Cache-Control", value], ...fields];
}

/** An HTTP date so many seconds from now. */
export function dateIn(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toUTCString();
}

function toPath(path: string): string {
  return path.split("?", 1)[0] ?? "";
}
