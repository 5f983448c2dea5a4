// Clients behind one address, one of which shows credentials that nobody issued: the others go on, and guessing stays
// bounded. How many guesses were tried is how often the control object was asked whose a key is.

import { setTimeout as wait } from "node:timers/promises";
import { SignJWT } from "jose";
import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { newAddress, send } from "../support/client.ts";
import { newKeyText } from "../support/keys.ts";
import { startOrigin } from "../support/origin.ts";
import { startWatchedGateway } from "../support/watched-gateway.ts";

const LIMIT = 20;
const WINDOW_SECONDS = 10;
/** What may be looked up while the limit is used up: saved up, and by the second. */
const SPARE = LIMIT / 4;
const PER_SECOND = LIMIT / WINDOW_SECONDS;
const SECRET = "a shared secret of more than 64 bytes, for what HMAC there may ever be";

const origin = await startOrigin();
afterAll(origin.close);
const issuers = [{ issuer: "us", audience: "all", algorithms: ["HS256"], secret: "JWT_SECRET", skew: "1s" }];
const gateway = await startWatchedGateway(
  {
    origin: origin.url,
    auth: { apiKeys: { format: "any" }, attempts: { limit: LIMIT, window: `${WINDOW_SECONDS}s` }, issuers },
    policies: {},
    routes: [{ path: "/*", auth: "required" }],
  },
  { ADMIN_TOKEN, JWT_SECRET: SECRET },
);
afterAll(gateway.close);

async function createKey(): Promise<string> {
  const created = await expectStatus(201, askAdmin(gateway, "POST", "/keys", { body: { consumer: "acme" } }));
  return String(created["key"]);
}

const signToken = (subject: string): Promise<string> =>
  new SignJWT({ sub: subject, iss: "us", aud: "all" })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(SECRET));

const createKeys = (count: number): Promise<readonly string[]> =>
  Promise.all(Array.from({ length: count }, createKey));

async function ask(ip: string, credential: string): Promise<number> {
  const { status } = await send(gateway, "/", { ip, fields: [["Authorization", `Bearer ${credential}`]] });
  return status;
}

let made = 0;
/** Of the form of keys that are made here, and of any other: imported ones are looked up as well. */
function newGuess(): string {
  made += 1;
  const text = newKeyText();
  return made % 2 === 0 ? text : text.replace("hg_", "sk-");
}

async function lockOut(ip: string): Promise<void> {
  for (let time = 0; time < LIMIT; time += 1) expect(await ask(ip, newGuess())).toBe(401);
  expect(await ask(ip, newGuess())).toBe(429);
}

/** How long it takes until a credential is accepted; its client tries ten times a second. */
async function waitFor(ip: string, credential: string): Promise<number> {
  const startedMs = Date.now();
  while ((await ask(ip, credential)) !== 200) {
    expect(Date.now() - startedMs).toBeLessThan(10_000);
    await wait(100);
  }
  return Date.now() - startedMs;
}

/** Sends what `next` says, so many a second, until `isOver`. The statuses that came, counted. */
async function hammer(
  ip: string,
  { next, perSecond }: { readonly next: () => string; readonly perSecond: number },
  isOver: () => boolean,
): Promise<Readonly<Record<number, number>>> {
  const counts: Record<number, number> = {};
  while (!isOver()) {
    const status = await ask(ip, next());
    counts[status] = (counts[status] ?? 0) + 1;
    await wait(1_000 / perSecond);
  }
  return counts;
}

describe.concurrent("an address that is locked out", () => {
  it("still gets in with what it was let in with before, however long the isolate has not seen it", async () => {
    const ip = newAddress();
    const [keys, token] = await Promise.all([createKeys(5), signToken("before")]);
    for (const credential of [...keys, token]) expect(await ask(ip, credential)).toBe(200);
    await wait(4_500);
    await lockOut(ip);
    for (const credential of [...keys, token, ...keys]) expect(await ask(ip, credential)).toBe(200);
  });

  it("gets in with what the isolate has never seen, while one client forgot to change its own", async () => {
    const ip = newAddress();
    const forgotten = newKeyText();
    await lockOut(ip);
    let isOver = false;
    const hammering = hammer(ip, { next: () => forgotten, perSecond: 50 }, () => isOver);
    const credentials = [...(await createKeys(8)), await signToken("one"), await signToken("two")];
    // They come to share what there is for their address, and take nothing away from each other.
    const waits = await Promise.all(credentials.map((credential) => waitFor(ip, credential)));
    isOver = true;
    expect(Math.max(...waits)).toBeLessThan(5_000);
    expect(Object.keys(await hammering)).toEqual(["429"]);
  });
});

describe("guessing from an address that is locked out", () => {
  it("tries no more than there is, keeps out nobody who is known, and in the end nobody whose key is good", async () => {
    const ip = newAddress();
    const [known = "", ...fresh] = await createKeys(3);
    expect(await ask(ip, known)).toBe(200);
    await lockOut(ip);
    const before = await gateway.readLookUps();
    const startedMs = Date.now();
    let isOver = false;
    const guessing = [1, 2, 3].map(() => hammer(ip, { next: newGuess, perSecond: 20 }, () => isOver));
    const using = hammer(ip, { next: () => known, perSecond: 20 }, () => isOver);
    const [waits] = await Promise.all([Promise.all(fresh.map((key) => waitFor(ip, key))), wait(5_000)]);
    const tried = (await gateway.readLookUps()) - before;
    const seconds = (Date.now() - startedMs) / 1_000;
    isOver = true;
    const [guesses, uses] = await Promise.all([Promise.all(guessing), using]);
    expect(guesses.flatMap((counts) => Object.keys(counts))).toEqual(["429", "429", "429"]);
    expect(guesses.reduce((sum, counts) => sum + (counts[429] ?? 0), 0)).toBeGreaterThan(20 * seconds);
    expect(Object.keys(uses)).toEqual(["200"]);
    expect(uses[200]).toBeGreaterThan(5 * seconds);
    // What is known is looked up once in two seconds.
    const good = 3 * (1 + seconds / 2);
    expect(tried).toBeLessThanOrEqual(good + SPARE + PER_SECOND * seconds);
    expect(waits).toHaveLength(2);
  });
});
