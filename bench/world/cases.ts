// What is asked of whom with the world in between. One case is one sort of request; each contender that can answer it is
// one row.

import type { Contender, Server, Stand } from "../contenders/contender.ts";
import { floor } from "../contenders/floor.ts";
import { forwardOnly } from "../contenders/forward-only.ts";
import { headgateCache } from "../contenders/headgate-cache.ts";
import { headgateExact } from "../contenders/headgate-exact.ts";
import { headgateForward } from "../contenders/headgate-forward.ts";
import { headgateLeased } from "../contenders/headgate-leased.ts";
import { honoStore } from "../contenders/hono-store.ts";
import { naiveCache } from "../contenders/naive-cache.ts";
import { naiveObject } from "../contenders/naive-object.ts";
import { upstash } from "../contenders/upstash.ts";
import type { Need } from "../machine/needs.ts";
import { startHeadgate, toPolicy } from "../servers/headgate.ts";
import { ADMIN_TOKEN, issueKey } from "./administer.ts";
import { JWT_SECRET, signToken } from "./sign-token.ts";

export interface WorldCase {
  /** How --only names it. */
  readonly name: string;
  readonly title: string;
  /** What the origin says of keeping its answers. */
  readonly cacheControl: string;
  readonly rows: readonly WorldRow[];
}

export interface WorldRow {
  readonly title: string;
  readonly needs?: readonly Need[];
  readonly start: (stand: Stand) => Promise<Server>;
  /** Header lines of its requests, made when it listens. */
  readonly prepare?: (port: number) => Promise<string>;
}

const PRIVATE = "private, no-store";
const STORED = "public, max-age=3600";
const ISSUER = "https://login.example.com";
const MINUTE = "1m";

const toRow = ({ title, needs = [], start }: Contender): WorldRow => ({ title, needs, start });

/** A key of a consumer on a tier. */
const prepareKey = async (port: number): Promise<string> => `X-API-Key: ${await issueKey(port)}\r\n`;
const prepareToken = (): Promise<string> =>
  Promise.resolve(`Authorization: Bearer ${signToken({ iss: ISSUER, sub: "consumer-1" })}\r\n`);

const withAdmin = { ADMIN_TOKEN } as const;

const startPlan = (stand: Stand, cache: object): Promise<Server> =>
  startHeadgate(
    stand,
    {
      auth: {},
      policies: { plan: { ...toPolicy(stand.limit), key: "consumer" } },
      tiers: { pro: { plan: { limit: stand.limit.units * 2 } } },
      routes: [{ path: "/*", auth: "required", policies: ["plan"], ...cache }],
    },
    withAdmin,
  );

const startTwoObjects = (stand: Stand): Promise<Server> =>
  startHeadgate(
    stand,
    {
      auth: { issuers: [{ issuer: ISSUER, anyAudience: true, algorithms: ["HS256"], secret: "JWT_SECRET" }] },
      policies: {
        client: { ...toPolicy(stand.limit), consistency: "exact" },
        consumer: { ...toPolicy(stand.limit), key: "consumer", consistency: "exact" },
      },
      routes: [{ path: "/*", auth: "required", policies: ["client", "consumer"] }],
    },
    { JWT_SECRET },
  );

const startCachedByIp = (stand: Stand): Promise<Server> =>
  startHeadgate(stand, {
    policies: { client: toPolicy(stand.limit) },
    routes: [{ path: "/*", policies: ["client"], cache: {} }],
  });

const startWithAdmin = (stand: Stand): Promise<Server> =>
  startHeadgate(
    stand,
    { policies: { client: toPolicy(stand.limit) }, routes: [{ path: "/*", policies: ["client"] }] },
    withAdmin,
  );

const startWorldKey = (stand: Stand): Promise<Server> =>
  startHeadgate(stand, {
    policies: {
      all: { algorithm: "sliding-window", limit: stand.limit.units, window: MINUTE, key: "everyone" },
    },
    routes: [{ path: "/*", policies: ["all"] }],
  });

export const worldCases: readonly WorldCase[] = [
  {
    name: "forward",
    title: "forwarded, counted by nothing",
    cacheControl: PRIVATE,
    rows: [toRow(forwardOnly), toRow(headgateForward)],
  },
  {
    name: "ip",
    title: "one policy by ip",
    cacheControl: PRIVATE,
    rows: [
      toRow(floor),
      toRow(naiveObject),
      toRow(honoStore),
      toRow(upstash),
      toRow(headgateExact),
      toRow(headgateLeased),
      { title: "Headgate, leased, with an admin API", start: startWithAdmin },
    ],
  },
  {
    name: "cached",
    title: "cached, limited by nothing",
    cacheControl: STORED,
    rows: [toRow(naiveCache), toRow(headgateCache)],
  },
  {
    name: "cached-ip",
    title: "cached, counted by ip",
    cacheControl: STORED,
    rows: [{ title: "Headgate", start: startCachedByIp }],
  },
  {
    name: "key",
    title: "API key and a plan (a tier)",
    cacheControl: PRIVATE,
    rows: [{ title: "Headgate", start: (stand) => startPlan(stand, {}), prepare: prepareKey }],
  },
  {
    name: "key-cached",
    title: "API key, a plan, cached",
    cacheControl: STORED,
    rows: [{ title: "Headgate", start: (stand) => startPlan(stand, { cache: {} }), prepare: prepareKey }],
  },
  {
    name: "two-objects",
    title: "token, policies in two objects, exact",
    cacheControl: PRIVATE,
    rows: [{ title: "Headgate", start: startTwoObjects, prepare: prepareToken }],
  },
  {
    name: "everyone",
    title: "one policy that all the world shares",
    cacheControl: PRIVATE,
    rows: [{ title: "Headgate", start: startWorldKey }],
  },
];
