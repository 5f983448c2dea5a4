// What an isolate hears of a client's trust from the real counter object of its address, and that a fault ends it.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { readAnswers, writeRequests } from "../../../src/core/counters/counter-text.ts";
import { MESSAGE_VERSION } from "../../../src/core/counters/counter-messages.ts";
import type { AskedClient } from "../../../src/core/reputation/score-messages.ts";
import { reputationSchema, toReputation } from "../../../src/core/reputation/reputation-settings.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";
import type { CounterObject } from "../../../src/durable-objects/counter-object.ts";
import { TRUST_PREFIX } from "../../../src/durable-objects/counter-rows.ts";
import { ReputationClient } from "../../../src/gateway/reputation/reputation-client.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";

const { COUNTERS } = env as unknown as Pick<Bindings, "COUNTERS">;
const DAY_MS = 86_400_000;
const CLIENT = { address: "192.0.2.77", continent: "EU", identity: undefined };
const IDENTITY = { consumer: "acme", tier: undefined } as unknown as Parameters<
  ReputationClient["toAsked"]
>[0]["identity"];

function createClient(mode: "shadow" | "enforce"): ReputationClient {
  const parsed = parseWith(reputationSchema, { mode, trusted: { after: "7d" } });
  const settings = parsed.ok ? toReputation(parsed.value, false) : undefined;
  if (settings === undefined) throw new Error("test settings are wrong");
  const client = new ReputationClient(COUNTERS);
  client.use(settings, 1);
  return client;
}

/** Eight days ago it came first, and in so many different hours since. */
async function comeBefore({ key, object }: AskedClient, hours: number): Promise<void> {
  const stub = COUNTERS.getByName(object) as unknown as DurableObjectStub<CounterObject>;
  // An object of one's own: its table is made with its first row.
  await stub.score({
    version: 1,
    settings: { halfLifeMs: 60_000, suspect: 1, ban: 10, banForMs: [] },
    reports: [{ key: "ip=another", signals: { denied: 0, faults: 0, traps: 5, clean: 0 } }],
  });
  const nowMs = Date.now();
  const record = JSON.stringify({ sinceMs: nowMs - 8 * DAY_MS, lastMs: nowMs - DAY_MS, hours });
  await runInDurableObject(stub, (_, { storage }) => {
    storage.sql.exec(
      "INSERT INTO counters VALUES (?, ?, ?)",
      `${TRUST_PREFIX}${key}`,
      record,
      nowMs + DAY_MS,
    );
  });
}

it("hears of trust with the answers about counters, and loses it with a fault", async () => {
  const client = createClient("enforce");
  const asked = client.toAsked(CLIENT);
  if (asked === undefined) throw new Error("an address has a key");
  await comeBefore(asked, 11);
  const cors = "none";
  const find = (): unknown => client.findEnforced(CLIENT, cors)?.standing;
  expect(find()).toBeUndefined();
  const { key, object, trustAfterMs } = asked;
  const request = {
    version: MESSAGE_VERSION,
    phase: "take",
    id: "1",
    keys: [],
    client: key,
    trustAfterMs,
  } as const;
  const answers = readAnswers(await COUNTERS.getByName(object).decideText(writeRequests([request])));
  client.hear(answers as Parameters<ReputationClient["hear"]>[0], asked, () => {});
  expect(find()).toBe("trusted");
  expect(await client.ask(CLIENT, cors)).toMatchObject({ standing: "trusted", isShadow: false });
  const signals = { denied: 0, faults: 0, traps: 20, clean: 0 };
  await COUNTERS.getByName(object).score({
    version: 1,
    settings: { halfLifeMs: 600_000, suspect: 30, ban: 100, banForMs: [] },
    trustAfterMs,
    reports: [{ key, signals }],
  });
  expect(await client.ask(CLIENT, cors)).toMatchObject({ standing: "clear" });
  expect(find()).toBe("clear");
});

it("counts no visit of whoever shows a credential, and enforces nothing in a dry run", () => {
  const client = createClient("enforce");
  expect(client.toAsked(CLIENT)).toHaveProperty("trustAfterMs", 7 * DAY_MS);
  expect(client.toAsked({ ...CLIENT, identity: IDENTITY })).not.toHaveProperty("trustAfterMs");
  const dry = createClient("shadow");
  const asked = dry.toAsked(CLIENT);
  dry.hear([{ client: { key: asked?.key ?? "", score: 0, banMs: 0, isTrusted: true } }], asked, () => {});
  expect(dry.findEnforced(CLIENT, "none")).toBeUndefined();
});
