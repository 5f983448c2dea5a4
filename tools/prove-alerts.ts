// `npm run prove:alerts`: a thousand keys cross 80 % of their quota at a real gateway; one receiver takes what it is told,
// another fails each message twice. Ends with 1 when a promise is broken. Takes two to three minutes.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { serveConfig } from "./fuzz/serve-config.ts";
import { startOrigin } from "./fuzz/start-origin.ts";
import { type Receiver, startReceiver } from "./prove-alerts/receiver.ts";
import { agent, inTurns, send } from "./prove-logs/send.ts";

// Inside the checkout, so that the configuration's import resolves.
const FOLDER = resolve(import.meta.dirname, "../dist/prove-alerts");
const KEYS = 1_000;
const LIMIT = 5;
const PARALLEL = 8;
const PROMISED = { messagesMax: 3, firstMsMax: 15_000 };
const PATIENCE_MS = 240_000;
const SECRET = `whsec_${Buffer.from("a key of more than twenty-four bytes").toString("base64")}`;

const toConfig = (origin: string): object => ({
  origin,
  policies: {
    plan: {
      algorithm: "fixed-window",
      limit: LIMIT,
      window: "24h",
      key: "header:x-customer",
      consistency: "exact",
    },
  },
  routes: [{ path: "/*", policies: ["plan"] }],
  alerts: [
    { when: "quota-80", to: [{ webhook: "GOOD", signature: "SECRET" }] },
    { when: "quota-80", to: [{ webhook: "FAILING", signature: "SECRET" }] },
  ],
});

const toTold = ({ taken }: Receiver): number => taken.reduce((sum, { alerts }) => sum + alerts, 0);

/** What is not as promised, in words. */
function findBroken(name: string, receiver: Receiver): readonly string[] {
  const { taken } = receiver;
  const told = toTold(receiver);
  const messages = new Set(taken.map(({ id }) => id)).size;
  return [
    ...(told === KEYS ? [] : [`${name} is told of ${KEYS} crossings: it was told of ${told}`]),
    ...(messages <= PROMISED.messagesMax
      ? []
      : [`${name} gets at most ${PROMISED.messagesMax} messages: ${messages}`]),
    ...(messages === taken.length ? [] : [`${name} takes each message once: ${taken.length} of ${messages}`]),
  ];
}

await runCommand(async () => {
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, "run-"));
  const origin = await startOrigin();
  const [good, failing] = [await startReceiver(0), await startReceiver(2)];
  const vars = { GOOD: good.url, FAILING: failing.url, SECRET };
  const gateway = await serveConfig({
    folder,
    name: "alerting",
    config: toConfig(origin.url),
    vars,
    onLog: () => undefined,
  });
  const broken: string[] = [];
  try {
    // All but the last request that crosses, and then that one of each key.
    const ask = (key: number): Promise<unknown> =>
      send(gateway.url, { path: "/", fields: { "X-Customer": `customer-${key}` } });
    for (let used = 1; used < 0.8 * LIMIT; used += 1) await inTurns(KEYS, PARALLEL, ask);
    const startedMs = Date.now();
    await inTurns(KEYS, PARALLEL, ask);
    const crossingMs = Date.now() - startedMs;
    for (let waitedMs = 0; toTold(failing) < KEYS && waitedMs < PATIENCE_MS; waitedMs += 1_000)
      await wait(1_000);
    const firstMs = (good.taken[0]?.atMs ?? Infinity) - startedMs;
    console.log(`${KEYS} keys crossed 80 % within ${(crossingMs / 1_000).toFixed(1)} s`);
    for (const [name, receiver] of [
      ["the receiver", good],
      ["the receiver that fails twice", failing],
    ] as const) {
      console.log(
        `${name}: ${toTold(receiver)} crossings in ${receiver.taken.length} messages, ${receiver.failed()} tries failed`,
      );
      broken.push(...findBroken(name, receiver));
    }
    console.log(`the first message came after ${(firstMs / 1_000).toFixed(1)} s`);
    if (firstMs > PROMISED.firstMsMax)
      broken.push(`the first message comes within ${PROMISED.firstMsMax / 1_000} s`);
  } finally {
    await gateway.close();
    agent.destroy();
    origin.close();
    good.close();
    failing.close();
    await rm(folder, { recursive: true, force: true });
  }
  if (broken.length > 0) throw new CommandError(`Cannot prove that ${broken.join("; ")}`);
  console.log("All promises hold.");
});
