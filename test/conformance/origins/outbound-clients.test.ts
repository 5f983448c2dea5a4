// Several clients that want the quota of one origin: whoever asks for much fills no queue for the others, and makes nobody
// wait behind all of it. Bounded load: what each client asks for and gets is counted.

import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Reply, send } from "../support/client.ts";
import { issueKey } from "../support/keys.ts";
import { startPoolStand } from "../support/pool-stand.ts";

const PER_SECOND = 20;
const WAIT_MAX_MS = 4_000;
const queue = { lengthMax: 40, waitMax: `${WAIT_MAX_MS}ms` };
const policy = { algorithm: "token-bucket", limit: PER_SECOND, window: "1s", burst: 1, key: "everyone" };

const NAMES = ["greedy", "crowd", "keyed", "urgent"];
const { gateway } = await startPoolStand(1, ([url = ""]) => ({
  origin: url,
  policies: Object.fromEntries(NAMES.map((name) => [name, policy])),
  origins: Object.fromEntries(NAMES.map((name) => [name, { members: [url], policies: [name], queue }])),
  routes: NAMES.flatMap((name) => [
    { path: `/${name}/background/*`, origin: name, priority: "background" },
    { path: `/${name}/keyed/*`, origin: name, auth: "required" },
    { path: `/${name}/*`, origin: name },
  ]),
}));

interface Client {
  readonly ip?: string;
  readonly key?: string;
}

function ask(path: string, { ip, key }: Client): Promise<Reply> {
  const fields = key === undefined ? [] : ([["X-API-Key", key]] as const);
  return send(gateway, path, { fields, ...(ip === undefined ? {} : { ip }) });
}

/** Keeps so many requests of a client under way until then; gives the statuses that came. */
async function flood(
  path: string,
  client: Client,
  { count, untilMs }: { count: number; untilMs: number },
): Promise<readonly number[]> {
  const statuses: number[] = [];
  const one = async (): Promise<void> => {
    while (Date.now() < untilMs) {
      const { status } = await ask(path, client);
      statuses.push(status);
      if (status !== 200) await wait(400);
    }
  };
  await Promise.all(Array.from({ length: count }, one));
  return statuses;
}

/** One request after the other, until then. */
async function askInTurn(path: string, client: Client, untilMs: number): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  while (Date.now() < untilMs) replies.push(await ask(path, client));
  return replies;
}

const admitted = (statuses: readonly number[]): number => statuses.filter((status) => status === 200).length;
const longest = (replies: readonly Reply[]): number =>
  Math.max(...replies.map(({ sentAtMs, answeredAtMs }) => answeredAtMs - sentAtMs));

function expectServed(replies: readonly Reply[], least: number): void {
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  expect(replies.length).toBeGreaterThanOrEqual(least);
  expect(longest(replies)).toBeLessThan(WAIT_MAX_MS * 0.75);
}

describe("a client that asks for far more than there is", () => {
  it("leaves the others their places, and their turns", async () => {
    const untilMs = Date.now() + 6_000;
    const flooding = flood("/greedy/x", { ip: "192.0.2.1" }, { count: 60, untilMs });
    await wait(1_000);
    const [one, two, statuses] = await Promise.all([
      askInTurn("/greedy/x", { ip: "192.0.2.2" }, untilMs),
      askInTurn("/greedy/x", { ip: "2001:db8:0:1::2" }, untilMs),
      flooding,
    ]);
    for (const replies of [one, two]) expectServed(replies, 8);
    // It still gets what nobody else wants.
    expect(admitted(statuses)).toBeGreaterThan(4 * PER_SECOND * 0.5);
  }, 20_000);

  it("crowds out nobody together with another one, nor by many addresses of its network", async () => {
    const untilMs = Date.now() + 6_000;
    const crowd = Array.from({ length: 30 }, (_, at) =>
      flood("/crowd/x", { ip: `2001:db8:0:2::${at + 1}` }, { count: 1, untilMs }),
    );
    crowd.push(flood("/crowd/x", { ip: "192.0.2.4" }, { count: 30, untilMs }));
    await wait(1_000);
    // Two crowds stand in each other's way: whoever comes waits behind both, and is served.
    expectServed(await askInTurn("/crowd/x", { ip: "192.0.2.5" }, untilMs), 3);
    await Promise.all(crowd);
  }, 20_000);

  it("is told apart by its credential where it has one, whatever its address", async () => {
    const [greedy, modest] = [await issueKey(gateway), await issueKey(gateway)];
    const untilMs = Date.now() + 5_000;
    const client = (key: string, at: number): Client => ({ key, ip: `192.0.2.${at}` });
    const flooding = Array.from({ length: 60 }, (_, at) =>
      flood("/keyed/keyed/x", client(greedy.text, at), { count: 1, untilMs }),
    );
    await wait(1_000);
    expectServed(await askInTurn("/keyed/keyed/x", client(modest.text, 1), untilMs), 6);
    await Promise.all(flooding);
  }, 20_000);

  it("of the least priority takes no place from one of a higher", async () => {
    const untilMs = Date.now() + 5_000;
    const flooding = flood("/urgent/background/x", { ip: "192.0.2.6" }, { count: 60, untilMs });
    await wait(2_000);
    expectServed(await askInTurn("/urgent/x", { ip: "192.0.2.7" }, untilMs), 6);
    await flooding;
  }, 20_000);
});
