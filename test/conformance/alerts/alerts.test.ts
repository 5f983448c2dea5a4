// Alerts on their way to receivers: signed, grouped, once, and again under the same id where a receiver fails. The object
// is told directly what isolates would tell it.

import { createHmac } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ShownAlerts } from "../../../src/core/alerts/alert-messages.ts";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { createCalls } from "../support/command-line.ts";
import { type Gateway, newFolder, startGateway, toConfigSource } from "../support/gateway.ts";
import { type RecordedRequest, startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

/** A group, a retry and a restart, which cannot be made shorter. */
const RESTART_MS = 60_000;

const SIGNING_KEY = Buffer.from("a key of more than twenty-four bytes");
const receiver = await startOrigin();
afterAll(receiver.close);

const vars = {
  ADMIN_TOKEN,
  ONCALL: `${receiver.url}/oncall`,
  ONCALL_SECRET: `whsec_${SIGNING_KEY.toString("base64")}`,
  TEAM: `${receiver.url}/team`,
  FAILING: `${receiver.url}/failing`,
  SHARES: `${receiver.url}/shares`,
  TESTED: `${receiver.url}/tested`,
  TESTED_TEAM: `${receiver.url}/tested-team`,
  PLAIN: "http://receiver.example.com/in",
};

type Rule = Readonly<Record<string, unknown>>;

async function startAlerting(
  alerts: readonly Rule[],
  more: { readonly persistTo?: string; readonly mailers?: readonly string[] } = {},
): Promise<Gateway> {
  const counted = { algorithm: "fixed-window", limit: 5, window: "24h", key: "header:x-customer" };
  const config = {
    name: "edge",
    origin: receiver.url,
    policies: { plan: { ...counted, consistency: "exact" }, tried: { ...counted, mode: "shadow" } },
    routes: [{ path: "/*", policies: ["plan", "tried"] }],
    alerts,
  };
  const gateway = await startGateway({ config: toConfigSource(config), vars, ...more });
  afterAll(gateway.close);
  return gateway;
}

const oncall = await startAlerting([{ to: [{ webhook: "ONCALL", signature: "ONCALL_SECRET" }] }]);
const folder = await newFolder();
const failing = await startAlerting([{ to: [{ webhook: "FAILING" }] }], { persistTo: folder });
const team = await startAlerting([{ when: "quota-80", to: [{ slack: "TEAM" }] }]);
const sharing = await startAlerting([{ when: "denied", for: "1s", to: [{ webhook: "SHARES" }] }]);
const tested = await startAlerting([
  { to: [{ webhook: "TESTED" }, { slack: "TESTED_TEAM" }] },
  { to: [{ webhook: "PLAIN" }, { webhook: "ABSENT" }] },
]);

const mail = (email: string): object => ({ email, from: "headgate@example.com", to: "oncall@example.org" });
const mailed = await startAlerting([{ to: [mail("ALERT_EMAIL"), mail("ABSENT_EMAIL")] }], {
  mailers: ["ALERT_EMAIL"],
});

/** What the local runtime kept of an e-mail, by its id. */
async function readMail(id: string): Promise<string> {
  const name = `${id.replaceAll(/[<>]/g, "")}.txt`;
  for await (const path of glob(join(tmpdir(), "miniflare-*/email/email-text/*.txt")))
    if (basename(path) === name) return readFile(path, "utf8");
  throw new Error(`There is no ${name}`);
}

interface AlertsStub {
  readonly report: (report: object) => Promise<void>;
}

/** What isolates tell of keys that have crossed 80 %. */
async function cross(gateway: Gateway, keys: readonly string[], to: readonly object[]): Promise<void> {
  const namespace = await gateway.getObjects("ALERTS");
  const stub = namespace.get(namespace.idFromName("alerts")) as unknown as AlertsStub;
  const crossed = keys.map((key) => ({
    policy: "plan",
    key,
    consumer: "acme",
    percent: 80,
    resetMs: 3_600_000,
  }));
  const counts = { requests: keys.length, denied: 0, credentials: 0, failed: 0, degraded: 0 };
  const rules = [{ when: ["quota-80"], to }];
  await stub.report({ name: "edge", rules, counts, crossed, open: [], used: [] });
}

const ONCALL = { kind: "webhook", urlSecret: "ONCALL", signingSecret: "ONCALL_SECRET" };
const FAILING = { kind: "webhook", urlSecret: "FAILING" };

const isWhole = ({ bodyBytes, field }: RecordedRequest): boolean =>
  bodyBytes() === Number(field("content-length"));

const untilTold = (path: string, count: number): Promise<readonly RecordedRequest[]> =>
  until(
    `${count} messages at ${path}`,
    () => {
      const told = receiver.requests(path);
      return told.length >= count && told.every(isWhole) && told;
    },
    25_000,
  );

describe.concurrent("a webhook", () => {
  it("gets all alerts of ten seconds in one message, signed as Standard Webhooks has it", async () => {
    receiver.serve("/oncall", { status: 204 });
    const startedMs = Date.now();
    await cross(oncall, ["a", "b"], [ONCALL]);
    await cross(oncall, ["b", "c"], [ONCALL]);
    const [message] = await untilTold("/oncall", 1);
    if (message === undefined) throw new Error("no message");
    expect(Date.now() - startedMs).toBeLessThan(15_000);
    const body = message.body().toString("utf8");
    const id = message.field("webhook-id") ?? "";
    const seconds = message.field("webhook-timestamp") ?? "";
    const wanted = createHmac("sha256", SIGNING_KEY).update(`${id}.${seconds}.${body}`).digest("base64");
    expect(message.field("webhook-signature")).toBe(`v1,${wanted}`);
    expect(Math.abs(Number(seconds) * 1_000 - Date.now())).toBeLessThan(60_000);
    const { version, status, alerts } = JSON.parse(body) as {
      readonly version: string;
      readonly status: string;
      readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[];
    };
    expect([version, status]).toEqual(["4", "firing"]);
    expect(alerts.map(({ labels }) => labels["key"])).toEqual(["a", "b", "c"]);
    expect(alerts[0]?.labels).toMatchObject({
      alertname: "quota-80",
      gateway: "edge",
      policy: "plan",
      consumer: "acme",
    });
    const shown = (await askAdmin(oncall, "GET", "/alerts")).json();
    expect(shown["channels"]).toEqual([{ channel: "webhook ONCALL", waiting: 0, sent: 1, failed: 0 }]);
    expect(shown["alerts"]).toHaveLength(3);
  });

  it(
    "that fails gets the same message again, and then no more; after a restart it gets none that it has",
    async () => {
      let asked = 0;
      receiver.serve("/failing", () => ({ status: (asked += 1) === 1 ? 500 : 200 }));
      await cross(failing, ["a"], [FAILING]);
      const told = await untilTold("/failing", 2);
      expect(new Set(told.map(({ field }) => field("webhook-id"))).size).toBe(1);
      expect(told[1]?.body().equals(told[0]?.body() ?? Buffer.of())).toBe(true);
      await until("the count", async () => {
        const { channels } = (await askAdmin(failing, "GET", "/alerts")).json() as {
          channels: { sent: number }[];
        };
        return channels[0]?.sent === 1;
      });
      await failing.close();
      const again = await startAlerting([{ to: [{ webhook: "FAILING" }] }], { persistTo: folder });
      await cross(again, ["a"], [FAILING]);
      const { alerts, channels } = (await askAdmin(again, "GET", "/alerts")).json() as Readonly<
        Record<string, unknown[]>
      >;
      expect(alerts).toHaveLength(1);
      expect(channels).toEqual([{ channel: "webhook FAILING", waiting: 0, sent: 1, failed: 0 }]);
      expect(receiver.requests("/failing")).toHaveLength(2);
    },
    RESTART_MS,
  );
});

it.concurrent("a key that crosses 80 % of its quota is told, once, to Slack as well; a shadow policy's is not", async () => {
  receiver.serve("/team", { status: 200, body: "ok" });
  const fields = [["X-Customer", "acme"]] as const;
  for (let sent = 0; sent < 5; sent += 1) expect((await send(team, "/", { fields })).status).toBe(200);
  const [message] = await untilTold("/team", 1);
  const { text } = JSON.parse(message?.body().toString("utf8") ?? "") as { readonly text: string };
  expect(text).toMatch(
    /^\*edge\*\n:rotating_light: `quota-80` key [0-9a-f]{16} has used 80 % of plan(?:; at this pace it is gone by \d{4}-\d\d-\d\d \d\d:\d\d UTC)?$/,
  );
  expect(text).not.toContain("acme");
});

it.concurrent("a share of requests that is refused is told", async () => {
  receiver.serve("/shares", { status: 204 });
  const fields = [["X-Customer", "greedy"]] as const;
  await Promise.all(Array.from({ length: 60 }, () => send(sharing, "/", { fields })));
  const [message] = await untilTold("/shares", 1);
  const { alerts } = JSON.parse(message?.body().toString("utf8") ?? "") as {
    readonly alerts: readonly Readonly<Record<"labels" | "annotations", Readonly<Record<string, string>>>>[];
  };
  expect(alerts[0]?.labels["alertname"]).toBe("denied");
  expect(alerts[0]?.annotations["summary"]).toMatch(
    /^\d+(?:\.\d)? % of \d+ requests in 5 minutes were rate limited, usually 0 %$/,
  );
});

describe.concurrent("an e-mail", () => {
  it("goes through the binding, and says what fires", async () => {
    const ended = await createCalls(mailed)(["alerts", "test", "--json"]);
    const [sent, absent] = ended.json()["items"] as readonly { readonly detail: string }[];
    expect(sent).toMatchObject({ channel: "email ALERT_EMAIL to oncall@example.org", isSent: true });
    expect(absent).toMatchObject({ isSent: false, detail: "the binding ABSENT_EMAIL is not set" });
    expect(await readMail(sent?.detail ?? "")).toMatch(
      /^FIRING degraded: A test: the gateway can reach this channel \(since \S+Z\)\n\nHeadgate edge, message msg_/,
    );
    const from = "headgate@example.com";
    await cross(
      mailed,
      ["a"],
      [
        { kind: "email", urlSecret: "ALERT_EMAIL", mail: { from, to: "oncall@example.org" } },
        { kind: "email", urlSecret: "ABSENT_EMAIL", mail: { from, to: "oncall@example.org" } },
      ],
    );
    const channels = await until(
      "both tries",
      async () => {
        const shown = (await askAdmin(mailed, "GET", "/alerts")).json() as unknown as ShownAlerts;
        return shown.channels[0]?.sent === 1 && shown.channels;
      },
      25_000,
    );
    expect(channels[1]).toMatchObject({ sent: 0, waiting: 1 });
  });

  it("is refused where the deployment has no such binding", async () => {
    const config = {
      origin: receiver.url,
      policies: {},
      routes: [{ path: "/*" }],
      alerts: [{ to: [mail("ALERT_EMAIL"), mail("ADMIN_TOKEN")] }],
    };
    const checked = await askAdmin(mailed, "POST", "/config/check", { body: { config } });
    expect(checked.json()["problems"]).toEqual([
      {
        path: "config.alerts.0.to.1.email",
        code: "no-effect",
        message: expect.stringContaining('add [[send_email]] with name = "ADMIN_TOKEN"') as unknown,
      },
    ]);
  });
});

describe.concurrent("headgate alerts test", () => {
  it("sends each channel a message, and says what came of it", async () => {
    receiver.serve("/tested", { status: 202 });
    receiver.serve("/tested-team", { status: 404 });
    const ended = await createCalls(tested)(["alerts", "test", "--json"]);
    expect(ended.code).toBe(1);
    expect(ended.json()["items"]).toEqual([
      { channel: "webhook TESTED", isSent: true, detail: "202" },
      { channel: "slack TESTED_TEAM", isSent: false, detail: "404" },
      { channel: "webhook PLAIN", isSent: false, detail: "the secret PLAIN has no https URL" },
      { channel: "webhook ABSENT", isSent: false, detail: "the secret ABSENT is not set" },
    ]);
    expect(receiver.requests("/tested").at(-1)?.body().toString("utf8")).toContain("A test");
    const list = await createCalls(tested)(["alerts", "list"]);
    expect([list.code, list.err]).toEqual([0, ""]);
  });
});
