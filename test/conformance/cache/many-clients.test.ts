// Fifty clients at once on ten URLs, over two isolates, while one URL after the other changes and is purged: nobody sees
// what was purged before the propagation time, nobody sees another URL's, host's, variant's or consumer's answer.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { isHit } from "../support/cache-stand.ts";
import { send, type RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { ADMIN_TOKEN, purge } from "../support/purge.ts";
import { SECOND_HOST, startTwoIsolates } from "../support/two-isolates.ts";

const CLIENTS = 50;
const RUN_MS = 6_500;
const PURGE_EVERY_MS = 100;
/** In the isolate that was told at once; in any other after so long at most. */
const PROPAGATION_MS = { told: 0, other: 5_000 };

const FIRST_HOST = "first.example";
const LANGUAGES = ["nl", "de", "fr"];
const CONSUMERS = ["ann", "ben", "cat"];
const PATHS = [
  ...["a", "b", "c"].map((name) => `/plain/${name}`),
  ...["d", "e", "f"].map((name) => `/vary/${name}`),
  ...["g", "h", "i", "j"].map((name) => `/mine/${name}`),
];
/** Some live long, some are refreshed in the background all the time, some are validated at every use. */
const CONTROLS = ["max-age=600", "max-age=1, stale-while-revalidate=600, stale-if-error=600", "max-age=0"];

interface Seen {
  readonly path: string;
  readonly host: string;
  readonly version: number;
  readonly language: string | null;
  readonly consumer: string | null;
}

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startTwoIsolates(
  toConfigSource({
    origin: origin.url,
    policies: {},
    routes: [
      { path: "/mine/*", cache: { key: { headers: ["X-Customer"] } } },
      { path: "/*", cache: {} },
    ],
  }),
  { ADMIN_TOKEN },
);
afterAll(gateway.close);

/** What the origin has now. */
const versions = new Map(PATHS.map((path) => [path, 1]));

for (const [at, path] of PATHS.entries()) {
  const isMine = path.startsWith("/mine/");
  const vary: Fields = path.startsWith("/vary/") ? [["Vary", "Accept-Language"]] : [];
  origin.serve(path, async ({ field }) => {
    const version = versions.get(path) ?? 0;
    const tag = `"${path} ${version} ${field("Accept-Language")} ${field("X-Customer")} ${field("X-Forwarded-Host")}"`;
    const fields: Fields = [
      ["Cache-Control", CONTROLS[at % CONTROLS.length] ?? ""],
      ["Cache-Tag", `tag-${path}`],
      ["ETag", tag],
      ...vary,
    ];
    // Late enough for a purge to come meanwhile.
    await wait((at % 3) * 5);
    if (field("If-None-Match") === tag) return { status: 304, fields };
    const seen: Seen = {
      path,
      host: field("X-Forwarded-Host") ?? "",
      version,
      language: vary.length > 0 ? (field("Accept-Language") ?? null) : null,
      consumer: isMine ? (field("X-Customer") ?? null) : null,
    };
    return { fields, body: JSON.stringify(seen) };
  });
}

/** Since when a version was the oldest that may be seen, by path: times of this process, one entry a purge. */
const purges = new Map<string, { readonly version: number; readonly atMs: number }[]>(
  PATHS.map((path) => [path, []]),
);

function oldestAllowed(path: string, sentAtMs: number, propagationMs: number): number {
  let oldest = 1;
  for (const { version, atMs } of purges.get(path) ?? [])
    if (atMs + propagationMs <= sentAtMs) oldest = version;
  return oldest;
}

/** Repeatable: the same run asks the same. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Tally {
  answers: number;
  hits: number;
  readonly wrong: string[];
}

async function actAsClient(seed: number, untilMs: number, tally: Tally): Promise<void> {
  const random = createRandom(seed);
  const pick = (values: readonly string[]): string => values[random(values.length)] ?? "";
  while (Date.now() < untilMs) {
    const path = pick(PATHS);
    const host = random(2) === 0 ? FIRST_HOST : SECOND_HOST;
    const language = pick(LANGUAGES);
    const consumer = pick(CONSUMERS);
    const options: RequestOptions = {
      fields: [
        ["Host", host],
        ["Accept-Language", language],
        ["X-Customer", consumer],
      ],
    };
    const reply = await send(gateway, path, options);
    tally.answers += 1;
    if (isHit(reply)) tally.hits += 1;
    const seen = reply.json() as unknown as Seen;
    const own: Seen = {
      path,
      host,
      version: seen.version,
      language: path.startsWith("/vary/") ? language : null,
      consumer: path.startsWith("/mine/") ? consumer : null,
    };
    const propagationMs = host === FIRST_HOST ? PROPAGATION_MS.told : PROPAGATION_MS.other;
    const oldest = oldestAllowed(path, reply.sentAtMs, propagationMs);
    if (JSON.stringify(seen) !== JSON.stringify(own))
      tally.wrong.push(`asked ${JSON.stringify(own)}, saw ${reply.text()}`);
    if (seen.version < oldest)
      tally.wrong.push(
        `${host}${path} ${reply.field("Cache-Status")}: saw ${seen.version}, purged up to ${oldest}`,
      );
  }
}

/** Changes a URL at the origin, purges it in one of the ways, and notes when the gateway promised it. */
async function actAsOperator(untilMs: number): Promise<void> {
  const random = createRandom(4_711);
  while (Date.now() < untilMs) {
    const path = PATHS[random(PATHS.length)] ?? "";
    const version = (versions.get(path) ?? 0) + 1;
    versions.set(path, version);
    const hosts = [FIRST_HOST, SECOND_HOST];
    const ways = [
      { tags: [`tag-${path}`] },
      { urls: hosts.map((host) => `http://${host}${path}`) },
      { prefixes: hosts.map((host) => `http://${host}${path}`) },
    ];
    const { answeredAtMs } = await purge(gateway, ways[random(ways.length)] ?? {}, FIRST_HOST);
    // A request that leaves in the same millisecond may have left before.
    purges.get(path)?.push({ version, atMs: answeredAtMs + 1 });
    await wait(PURGE_EVERY_MS);
  }
}

it("nobody of fifty clients sees what was purged, or what is another's", async () => {
  const untilMs = Date.now() + RUN_MS;
  const tally: Tally = { answers: 0, hits: 0, wrong: [] };
  const clients = Array.from({ length: CLIENTS }, (_, at) => actAsClient(at + 1, untilMs, tally));
  await Promise.all([...clients, actAsOperator(untilMs)]);
  expect(tally.wrong.slice(0, 5)).toEqual([]);
  const made = [...purges.values()].flat().length;
  expect(made).toBeGreaterThan(10);
  // Without hits there would have been nothing to see.
  expect(tally.hits).toBeGreaterThan(tally.answers / 10);
  expect(tally.answers).toBeGreaterThan(CLIENTS * 5);
});
