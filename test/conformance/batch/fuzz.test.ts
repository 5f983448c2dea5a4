// Whatever is sent as a batch, as a mask of fields or to an aggregate, by clients and by origins, ends in an answer that is
// documented, in time, and never in a 500. A few hundred by default; HEADGATE_BATCH_FUZZ says how many.

import fc from "fast-check";
import { expect, it } from "vitest";
import { type BatchAnswer, sendBatch } from "../support/batch.ts";
import { send, type Reply } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { asked, type Asked, serveStrangely } from "../support/strange-calls.ts";
import { toRuns } from "../../property-runs.ts";

const RUNS = Number(process.env["HEADGATE_BATCH_FUZZ"] ?? toRuns(400));

const { gateway, origin } = await startStand({
  batch: { memberBytesMax: 8_192, answerBytesMax: 65_536, bodyBytesMax: 65_536, timeout: "2s" },
  policies: {
    some: { algorithm: "token-bucket", limit: 1_000, window: "1m", key: ["ip", "path"] },
    one: { algorithm: "sliding-window", limit: 1, window: "1h", key: "ip" },
    turn: { algorithm: "concurrency", limit: 3, key: "path" },
  },
  routes: [
    { path: "/cached/*", fields: true, cache: { ttl: "1m" }, policies: ["some"] },
    { path: "/free/*", fields: true, cache: { ttl: "1m", hits: "free" }, policies: ["one"] },
    { path: "/plain/*", fields: true, response: { bodyBytesMax: 4_096, renameHeaders: { etag2: "x-tag" } } },
    {
      path: "/secret/*",
      fields: true,
      response: { dropFields: "a,b(c),d/e", bodyBytesMax: 4_096 },
      policies: ["turn"],
    },
    { path: "/keyed/*", auth: "optional", stripPrefix: "/keyed" },
    ...(["fail", "null", "problem"] as const).map((onPartial) => ({
      path: `/together/${onPartial}/:one/:two`,
      onPartial,
      fields: true,
      timeout: "1s",
      aggregate: {
        one: "/plain/{one}",
        two: "/secret/{two}?x={query:x}",
        again: "/cached/{one}",
        self: "/together/fail/{one}/{two}",
      },
    })),
    { path: "/open/*", request: { renameHeaders: { "x-old": "x-new" } } },
  ],
});

serveStrangely(origin);

const AT_ONCE = 8;
const OF_A_BATCH = [200, 400, 413, 415, 508];
const ANSWER_MS_MAX = 30_000;

const seen = new Map<string, number>();
const count = (kind: string): void => {
  seen.set(kind, (seen.get(kind) ?? 0) + 1);
};

/** Of what the gateway makes itself. What an origin says, a 500 included, is passed on. */
function expectNoCrash(status: number, body: string): void {
  expect(body).not.toContain('"code":"internal-error"');
  expect(status).toBeGreaterThanOrEqual(200);
}

function checkBatch(given: string, reply: Reply): void {
  count(`batch ${reply.status}`);
  expect(OF_A_BATCH).toContain(reply.status);
  const answer: unknown = JSON.parse(reply.text());
  if (reply.status !== 200) {
    expect(answer).toMatchObject({ status: reply.status });
    return;
  }
  const answers = answer as readonly BatchAnswer[];
  const members = JSON.parse(given) as readonly { readonly name?: string }[];
  expect(answers.map((one) => one.name)).toEqual(members.map((member) => member.name));
  for (const { status, body } of answers) {
    count(`member ${status}`);
    expectNoCrash(status, JSON.stringify(body));
  }
}

async function sendAlone(given: Extract<Asked, { readonly path: string }>): Promise<void> {
  const { ip: address, fields: lines, method } = given;
  let reply: Reply;
  try {
    reply = await send(gateway, given.path, { ip: address, fields: lines, method });
  } catch (error) {
    // A body that breaks off with its origin, when its head has gone: the one honest end.
    expect([given.path, (error as Error).message]).toEqual([expect.stringContaining("reset"), "aborted"]);
    count("alone cut");
    return;
  }
  count(`alone ${reply.status}`);
  expectNoCrash(reply.status, reply.text());
}

async function sendOne(given: Asked): Promise<void> {
  const started = Date.now();
  if ("path" in given) await sendAlone(given);
  else
    checkBatch(
      given.content,
      await sendBatch(gateway, given.content, { ip: given.ip, fields: given.fields }),
    );
  expect(Date.now() - started).toBeLessThan(ANSWER_MS_MAX);
}

it(
  `answers ${RUNS} strange batches, masks and aggregates without a 500 or a hang, and serves on`,
  { timeout: 60_000 + RUNS * 50 },
  async () => {
    const several = fc.array(asked, { minLength: AT_ONCE, maxLength: AT_ONCE });
    await fc.assert(
      fc.asyncProperty(several, async (requests) => {
        await Promise.all(requests.map(sendOne));
      }),
      { numRuns: Math.ceil(RUNS / AT_ONCE), endOnFailure: true },
    );
    if (process.env["HEADGATE_BATCH_FUZZ"] !== undefined)
      process.stdout.write(
        `${[...seen]
          .map(([kind, times]) => `${kind}: ${times}`)
          .toSorted()
          .join("\n")}\n`,
      );
    // Else it would only ever have knocked.
    for (const kind of [
      "batch 200",
      "batch 400",
      "member 200",
      "member 424",
      "member 400",
      "alone 200",
      "alone 400",
    ])
      expect([kind, seen.get(kind) ?? 0]).not.toEqual([kind, 0]);
    expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
    expect((await sendBatch(gateway, [{ path: "/nobody" }])).status).toBe(200);
  },
);
