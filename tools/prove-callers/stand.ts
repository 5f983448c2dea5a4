// What real clients are played against: a gateway in front of stand-ins of the Graph API and of GitHub's, each of which calls
// itself by an address of its own, and behind that address a server that counts whoever gets around the gateway.

import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { startGraphApi } from "../../demo/graph/graph-api.ts";
import type { GraphStats } from "../../demo/graph/graph-ledger.ts";
import { serveConfig } from "../fuzz/serve-config.ts";
import { type PacedApi, type PacedRules, startPacedApi } from "./paced-api.ts";
import { type GitHubApi, startGitHubApi } from "./github-api.ts";

// Inside the checkout, so that the configuration's import resolves.
const FOLDER = resolve(import.meta.dirname, "../../dist/prove-callers");
const ADMIN_TOKEN = "the-token-of-the-prover";
/** What must be in nothing that leaves the gateway for others than the APIs. */
export const SECRETS: Readonly<Record<string, string>> = {
  FB_TOKEN: "EAAB0prover9token8of7the6system5user",
  FB_APP_SECRET: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
  GITHUB_TOKEN: "ghp_prover0token1of2the3app4installed",
  PACED_KEY: "sk_live_prover5key6of7the8whole9team",
};

export interface Stand {
  readonly gateway: string;
  readonly graph: () => GraphStats;
  readonly github: GitHubApi;
  readonly paced: PacedApi;
  readonly pacedRules: PacedRules;
  /** An API with a larger budget, which one team spends at once. */
  readonly large: PacedApi;
  readonly largeRules: PacedRules;
  /** Whether time and refusals are promised: not on a machine that does much else. */
  readonly isTimed: boolean;
  /** Requests that got to an API past the gateway. */
  readonly around: () => number;
  /** A new API key of this consumer. */
  readonly issueKey: (consumer: string) => Promise<string>;
  /** Everything in which a secret might stand: what was built, what was logged, what an operator is shown. */
  readonly readAll: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export interface StandOptions {
  /** Of the Graph API stand-in, for its app; the gateway's policy keeps two below. */
  readonly budget: number;
  readonly windowMs: number;
  /** Of the APIs that count by their own clock, and of the gateway's policies for them. */
  readonly paced: PacedRules;
  readonly large: PacedRules;
  readonly isTimed: boolean;
}

export async function startStand({
  budget,
  windowMs,
  paced: pacedRules,
  large: largeRules,
  isTimed,
}: StandOptions): Promise<Stand> {
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, "run-"));
  const around = await startAround();
  const rules = { limit: budget, windowMs };
  const wide = { limit: 10 * budget, windowMs };
  const budgets = { app: rules, user: wide, page: wide };
  const graph = await startGraphApi({ port: 0, budgets, self: around.url });
  const github = await startGitHubApi(around.url);
  const paced = await startPacedApi(pacedRules, around.url);
  const large = await startPacedApi(largeRules, around.url);
  const config = toConfig(
    { graph: graph.url, github: github.url, paced: paced.url, large: large.url, around: around.url },
    { budget, windowMs, pacedRules, largeRules },
  );
  const logs: string[] = [];
  const vars = { ...SECRETS, ADMIN_TOKEN };
  const served = await serveConfig({
    folder,
    name: "callers",
    config,
    vars,
    onLog: (line) => logs.push(line),
  });
  const gateway = `http://127.0.0.1:${served.url.port}`;
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${gateway}/__headgate/v1${path}`, {
      ...init,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
  return {
    gateway,
    graph: graph.stats,
    github,
    paced,
    pacedRules,
    large,
    largeRules,
    isTimed,
    around: around.count,
    issueKey: async (consumer) => {
      const created = await ask("/keys", { method: "POST", body: JSON.stringify({ consumer }) });
      const { key } = (await created.json()) as { readonly key?: string };
      if (key === undefined) throw new Error(`no key was made: ${created.status}`);
      return key;
    },
    readAll: async () => {
      const pages = ["/config", "/routes", "/origins", "/policies", "/status", "/audit"];
      const shown = await Promise.all(pages.map(async (path) => (await ask(path)).text()));
      const built = await Promise.all(
        ["callers.json", "callers.js"].map((name) => readFile(join(folder, name), "utf8")),
      );
      return [...shown, ...built, ...logs];
    },
    close: async () => {
      await served.close();
      await graph.close();
      for (const server of [github, paced, large, around]) server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Urls {
  readonly graph: string;
  readonly github: string;
  readonly paced: string;
  readonly large: string;
  readonly around: string;
}

/** The APIs of the paced stand-in. */
const PACED = ["plain", "stripe", "slack"];
const LARGE = "large";

function toPacedPools(urls: Pick<Urls, "paced" | "large">): object {
  const credential = { secret: "PACED_KEY", header: "authorization", scheme: "Bearer" };
  const queue = { waitMax: "60s" };
  return Object.fromEntries(
    [...PACED, LARGE].map((name) => {
      const url = `${name === LARGE ? urls.large : urls.paced}/${name}`;
      return [name, { members: [{ url, credential }], policies: [name], queue }];
    }),
  );
}

interface Budgets {
  readonly budget: number;
  readonly windowMs: number;
  readonly pacedRules: PacedRules;
  readonly largeRules: PacedRules;
}

/** Exactly what the API itself says. */
function toPolicy({ limit, windowMs }: PacedRules): object {
  return { algorithm: "sliding-window-log", limit, window: `${windowMs}ms`, key: "everyone" };
}

function toConfig(
  { graph, github, paced, large, around }: Urls,
  { budget, windowMs, pacedRules, largeRules }: Budgets,
): object {
  const batch = { json: "batch", form: "batch", count: true, max: 50 };
  const kept = { private: true, key: { headers: ["authorization"] } };
  return {
    origin: "graph",
    auth: { apiKeys: { query: "access_token" } },
    policies: {
      ...Object.fromEntries(PACED.map((name) => [name, toPolicy(pacedRules)])),
      [LARGE]: toPolicy(largeRules),
      "graph-app": toPolicy({ limit: budget - 2, windowMs }),
    },
    origins: {
      ...toPacedPools({ paced, large }),
      graph: {
        members: [
          {
            url: graph,
            credential: { secret: "FB_TOKEN", query: "access_token", appSecret: "FB_APP_SECRET" },
          },
        ],
        policies: ["graph-app"],
        cost: batch,
        queue: { waitMax: "60s" },
        feedback: { profile: "facebook-graph", scopes: { app: "graph-app" }, otherScopes: "pool" },
      },
      github: {
        members: [
          { url: github, credential: { secret: "GITHUB_TOKEN", header: "authorization", scheme: "Bearer" } },
        ],
        feedback: { profile: "github", otherScopes: "pool" },
      },
    },
    routes: [
      ...["plain", "slack", LARGE].map((name) => ({
        path: `/${name}/*`,
        origin: name,
        auth: "required",
        stripPrefix: `/${name}`,
        timeout: "60s",
        links: { origins: [around], fields: ["next"] },
      })),
      { path: "/v1/*", origin: "stripe", auth: "required", timeout: "60s" },
      {
        path: "/github/*",
        origin: "github",
        auth: "required",
        stripPrefix: "/github",
        cache: kept,
        links: { origins: [around] },
      },
      {
        path: "/:version/:node/insights",
        auth: "required",
        cache: { ...kept, override: ["no-store", "no-cache", "must-revalidate"], ttl: "1m" },
      },
      { path: "/*", auth: "required", timeout: "60s", links: { origins: [around] } },
    ],
  };
}

interface Around {
  readonly url: string;
  readonly count: () => number;
  readonly close: () => void;
}

async function startAround(): Promise<Around> {
  let count = 0;
  const server = createServer((_request, response) => {
    count += 1;
    response.writeHead(410).end();
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
