// The Durable Object that tells operators what needs them: one for the deployment. core/alerts decides what is told and
// when; here are the clock, the storage, the alarm and the way to receivers.

import { DurableObject } from "cloudflare:workers";
import { AlertDesk, type DeskState, type Letter } from "../core/alerts/alert-desk.ts";
import type {
  AlertReply,
  AlertReport,
  ShownAlerts,
  TestedChannel,
  UnusualUse,
} from "../core/alerts/alert-messages.ts";
import { type AlertChannel, type AlertRule, toChannelName } from "../core/alerts/alert-settings.ts";
import { toEmailBody } from "../core/alerts/email-body.ts";
import type { Notice } from "../core/alerts/alert-book.ts";
import type { Message } from "../core/alerts/mailbox.ts";
import { toSlackBody } from "../core/alerts/slack-body.ts";
import { toWebhookBody } from "../core/alerts/webhook-body.ts";
import { ReportPace } from "../core/report-pace.ts";
import { isSecureUrl } from "../core/schema/primitives.ts";
import { type AlertsRpc, type Bindings, CONTROL_NAME } from "../platform/bindings.ts";
import { signWebhook } from "../platform/sign-webhook.ts";

const STATE = "state";
const SEND_MS = 5_000;
/** An isolate reports so often, where there are not too many. */
const REPORT_MS = 10_000;

type Outcome = { readonly isSent: boolean; readonly detail: string };

export class AlertsObject extends DurableObject<Bindings> implements AlertsRpc {
  readonly #desk: AlertDesk;
  readonly #pace = new ReportPace();

  constructor(context: DurableObjectState, bindings: Bindings) {
    super(context, bindings);
    this.#desk = new AlertDesk(context.storage.kv.get<DeskState>(STATE));
  }

  async report(report: AlertReport): Promise<AlertReply> {
    const nowMs = Date.now();
    const nextMs = this.#pace.next(nowMs, REPORT_MS);
    if (this.#desk.report(report, nowMs)) this.#store();
    await this.#arm(nowMs);
    return { nextMs };
  }

  async seeUnusual(unusual: readonly UnusualUse[]): Promise<void> {
    const nowMs = Date.now();
    if (this.#desk.seeUnusual(unusual, nowMs)) this.#store();
    await this.#arm(nowMs);
  }

  show(): ShownAlerts {
    return this.#desk.show();
  }

  /** Sends a message to every channel of the rules, at once and once. */
  async test(name: string, rules: readonly AlertRule[]): Promise<readonly TestedChannel[]> {
    const all = rules.flatMap(({ to }) => to);
    const channels = new Map(all.map((channel) => [toChannelName(channel), channel]));
    const message = { id: toMessageId(), notices: [toTestNotice(Date.now())], more: 0 };
    return await Promise.all(
      [...channels].map(async ([channel, to]) => {
        const { isSent, detail } = await this.#send({ channel: to, message }, name);
        return { channel, isSent, detail };
      }),
    );
  }

  override async alarm(): Promise<void> {
    const nowMs = Date.now();
    const { due, givenUp } = this.#desk.takeDue(nowMs, toMessageId);
    // Before they leave: who is ended meanwhile sends them again as what they are, under the same id.
    this.#store();
    const failed = await Promise.all(due.map((letter) => this.#deliver(letter)));
    this.#store();
    await this.#takeDown([...givenUp, ...due.filter((_, at) => failed[at])]);
    await this.#arm(Date.now());
  }

  /** Resolves to whether it is given up. */
  async #deliver(letter: Letter): Promise<boolean> {
    const { isSent } = await this.#send(letter, this.#desk.name);
    return this.#desk.settle(letter, isSent);
  }

  /** Never rejects. */
  async #send({ channel, message }: Letter, name: string): Promise<Outcome> {
    const { mail } = channel;
    if (mail !== undefined) return await this.#sendMail({ ...mail, ...toEmailBody(message, name) }, channel);
    const url = this.#readSecret(channel.urlSecret);
    if (url === undefined) return { isSent: false, detail: `the secret ${channel.urlSecret} is not set` };
    if (!isSecureUrl(url))
      return { isSent: false, detail: `the secret ${channel.urlSecret} has no https URL` };
    try {
      const body = toBody(channel, message, name);
      const headers = { "content-type": "application/json", ...(await this.#sign(channel, message, body)) };
      const signal = AbortSignal.timeout(SEND_MS);
      // A redirect would carry the message to an address that nobody named.
      const response = await fetch(url, { method: "POST", redirect: "manual", headers, body, signal });
      await response.body?.cancel();
      return { isSent: response.ok, detail: String(response.status) };
    } catch (error) {
      return { isSent: false, detail: error instanceof Error ? error.name : "failed" };
    }
  }

  /** Never rejects. An e-mail is sent when the platform has taken it. */
  async #sendMail(mail: Mail, { urlSecret: binding }: AlertChannel): Promise<Outcome> {
    const mailer = (this.env as unknown as Readonly<Record<string, Mailer | undefined>>)[binding];
    if (typeof mailer?.send !== "function")
      return { isSent: false, detail: `the binding ${binding} is not set` };
    try {
      const late = scheduler.wait(SEND_MS).then(() => undefined);
      const sent = await Promise.race([mailer.send(mail), late]);
      return sent === undefined
        ? { isSent: false, detail: "TimeoutError" }
        : { isSent: true, detail: sent.messageId };
    } catch (error) {
      return { isSent: false, detail: toReason(error) };
    }
  }

  async #sign(
    { signingSecret }: AlertChannel,
    { id }: Message,
    body: string,
  ): Promise<Readonly<Record<string, string>>> {
    if (signingSecret === undefined) return {};
    const secret = this.#readSecret(signingSecret);
    if (secret === undefined) throw new Error("no secret");
    return await signWebhook({ id, body, atSeconds: Math.floor(Date.now() / 1_000) }, secret);
  }

  /** Messages that nobody got, for the audit log. Where that cannot be written either, `GET /alerts` still counts them. */
  async #takeDown(letters: readonly Letter[]): Promise<void> {
    const control = this.env.CONTROL.getByName(CONTROL_NAME);
    for (const { channel, message } of letters) {
      const after = JSON.stringify({ alerts: message.notices.length + message.more, message: message.id });
      const action = {
        action: "alerts.undelivered",
        target: toChannelName(channel),
        before: undefined,
        after,
      };
      await Promise.resolve(control.recordAction(action, { who: "alerts", address: undefined })).catch(
        () => undefined,
      );
    }
  }

  #readSecret(name: string): string | undefined {
    const value = (this.env as unknown as Readonly<Record<string, unknown>>)[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  #store(): void {
    this.ctx.storage.kv.put(STATE, this.#desk.state);
  }

  async #arm(nowMs: number): Promise<void> {
    const dueMs = this.#desk.toDueMs(nowMs);
    if (dueMs === Infinity) return;
    const armedMs = await this.ctx.storage.getAlarm();
    if (armedMs === null || armedMs > dueMs) await this.ctx.storage.setAlarm(Math.max(dueMs, nowMs));
  }
}

const toMessageId = (): string => `msg_${crypto.randomUUID()}`;

interface Mail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A `send_email` binding, as far as it is used. */
interface Mailer {
  readonly send: (mail: Mail) => Promise<{ readonly messageId: string }>;
}

/** The platform's code where it has one: an address that is not verified, a domain that is not known. */
function toReason(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return [code, name].find((one): one is string => typeof one === "string") ?? "failed";
}

function toBody(channel: AlertChannel, message: Message, name: string): string {
  if (channel.kind === "slack") return toSlackBody(message, name);
  return toWebhookBody(message, { name, receiver: toChannelName(channel) });
}

function toTestNotice(nowMs: number): Notice {
  const summary = "A test: the gateway can reach this channel";
  return {
    id: "test",
    status: "firing",
    rule: 0,
    condition: "degraded",
    labels: { test: "true" },
    summary,
    startsMs: nowMs,
    endsMs: undefined,
  };
}
