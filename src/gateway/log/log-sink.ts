// Sends log lines to one receiver over HTTP, behind requests' backs: nothing here is waited for by a request, and each
// sending is kept alive by the request that wrote the line which began it. Only plain values cross requests.

import { waitUntil } from "cloudflare:workers";
import type { Config } from "../../core/config/config.ts";
import { formats } from "../../core/log/formats/registry.ts";
import type { LogFormat } from "../../core/log/formats/format.ts";
import type { LogLine } from "../../core/log/log-line.ts";
import type { SinkSettings } from "../../core/log/log-settings.ts";
import { type Batch, Outbox, type OutboxCounts, type Sent } from "../../core/log/outbox.ts";
import { shapes } from "../../core/log/shapes/registry.ts";
import type { ToShape } from "../../core/log/shapes/shape.ts";
import { isSecureUrl } from "../../core/schema/primitives.ts";
import { readClock } from "../../platform/clock.ts";
import { writeLog } from "../../platform/log.ts";
import { readUpTo, toText } from "../../platform/read-up-to.ts";

/** The platform lets work go on for 30 seconds after the answer: a wait for lines and a sending still fit behind this. */
const WORK_MS = 18_000;
const SEND_MS = 5_000;
/** What a sending may be late by, on a busy machine, before it is taken for lost. */
const MARGIN_MS = 2_000;
/** How often lost lines are spoken of. */
const SAY_MS = 60_000;
const ANSWER_BYTES_MAX = 262_144;

export interface SinkOptions {
  /** What the configuration calls it: "log.sinks.0". */
  readonly path: string;
  /** The deployment's name. */
  readonly name: string;
  /** The deployment's secrets. */
  readonly secrets: Readonly<Record<string, unknown>>;
}

export class LogSink {
  readonly #settings: SinkSettings;
  readonly #options: SinkOptions;
  readonly #outbox = new Outbox();
  /** Whoever works for the sink now, and until when it may be waiting for lines. */
  #worker: object | undefined;
  #waitsUntilMs = -Infinity;
  #saidMs = -Infinity;
  #said = 0;

  constructor(settings: SinkSettings, options: SinkOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  get counts(): OutboxCounts & { readonly sink: string } {
    return { sink: this.#options.path, ...this.#outbox.counts };
  }

  /** Never throws what would end a request: the caller's line is written whatever comes of this. */
  add(line: LogLine, text: string): void {
    const nowMs = readClock();
    this.#outbox.add(line, text.length, nowMs);
    if (this.#outbox.isSending(nowMs)) return;
    const isAwaited = nowMs < this.#waitsUntilMs && this.#worker !== undefined;
    if (isAwaited && this.#outbox.dueMs > nowMs) return;
    const worker = {};
    this.#worker = worker;
    this.#waitsUntilMs = Infinity;
    waitUntil(this.#work(worker));
  }

  /** Sends what is due, and waits for what will be. Ends when nothing waits, or another works in its place. Never rejects. */
  async #work(worker: object): Promise<void> {
    const endMs = readClock() + WORK_MS;
    for (;;) {
      const nowMs = readClock();
      const { dueMs } = this.#outbox;
      if (dueMs >= endMs || nowMs >= endMs) break;
      this.#waitsUntilMs = Math.max(nowMs, dueMs) + MARGIN_MS;
      // At once too: the request whose line filled the batch goes first.
      await scheduler.wait(Math.max(0, dueMs - nowMs));
      if (this.#worker !== worker) return;
      await this.#sendNext();
      if (this.#worker !== worker) return;
    }
    this.#worker = undefined;
    this.#sayDropped();
  }

  async #sendNext(): Promise<void> {
    const id = crypto.randomUUID();
    const batch = this.#outbox.take(readClock(), { id, withinMs: SEND_MS + MARGIN_MS });
    if (batch === undefined) return;
    const sent = await this.#send(batch);
    this.#outbox.settle(batch, sent, { nowMs: readClock(), chance: Math.random() });
    this.#sayDropped();
  }

  /** Never rejects. */
  async #send(batch: Batch): Promise<Sent> {
    const signal = AbortSignal.timeout(SEND_MS);
    try {
      const target = this.#findTarget();
      if (target === undefined) return { kind: "lost" };
      const format: LogFormat = formats[this.#settings.format];
      const body = this.#encode(batch, format);
      const headers = {
        ...target.fields,
        "content-type": format.contentType,
        "idempotency-key": `"${batch.id}"`,
      };
      // A redirect would carry the credentials to somebody else.
      const response = await fetch(target.url, { method: "POST", redirect: "manual", headers, body, signal });
      return await readSent(response, format);
    } catch {
      // What took too long may have come all the same: it must not come twice.
      return { kind: signal.aborted ? "lost" : "again" };
    }
  }

  #encode({ id: batchId, lines }: Batch, format: LogFormat): string {
    const { name } = this.#options;
    const toShape: ToShape = shapes[this.#settings.shape];
    const entries = lines.map((line) => ({ line, shaped: toShape(line, { name }) }));
    return format.encode(entries, { name, batchId });
  }

  /** undefined where a secret is missing, or is no URL that lines may be sent to. */
  #findTarget(): { readonly url: string; readonly fields: Readonly<Record<string, string>> } | undefined {
    const { url, urlSecret, fields } = this.#settings;
    const address = url ?? this.#readSecret(urlSecret ?? "");
    if (address === undefined || !isSecureUrl(address)) return undefined;
    const values = Object.entries(fields).map(
      ([field, secret]) => [field, this.#readSecret(secret)] as const,
    );
    if (values.some(([, value]) => value === undefined)) return undefined;
    return { url: address, fields: Object.fromEntries(values) as Record<string, string> };
  }

  #readSecret(name: string): string | undefined {
    const value = this.#options.secrets[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  /** How many lines are lost is a line itself, which waits like any other. */
  #sayDropped(): void {
    const { dropped } = this.#outbox.counts;
    const nowMs = readClock();
    if (dropped === this.#said || nowMs - this.#saidMs < SAY_MS) return;
    const lines = dropped - this.#said;
    this.#said = dropped;
    this.#saidMs = nowMs;
    const cause = this.#findTarget() === undefined ? "a secret is missing or is no https URL" : undefined;
    writeLog("log-dropped", { sink: this.#options.path, lines, cause });
  }
}

/** The receivers of a configuration's lines. */
export function createLogSinks(
  { name, log: { sinks } }: Config,
  secrets: Readonly<Record<string, unknown>>,
): readonly LogSink[] {
  return sinks.map((settings, at) => new LogSink(settings, { path: `log.sinks.${at}`, name, secrets }));
}

async function readSent(response: Response, { countRefused }: LogFormat): Promise<Sent> {
  const { status, ok, body } = response;
  if (!ok || countRefused === undefined) {
    await body?.cancel();
    if (ok) return { kind: "taken", refused: 0 };
    return { kind: isPassing(status) ? "again" : "lost" };
  }
  const read = await readUpTo(body, { bytesMax: ANSWER_BYTES_MAX, timeMsMax: SEND_MS });
  if (read.kind === "whole") return { kind: "taken", refused: countRefused(toAnswer(read.bytes)) };
  await read.stream.cancel().catch(() => undefined);
  return { kind: "taken", refused: 0 };
}

/** What another time may end otherwise. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function toAnswer(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(toText(bytes) ?? "null");
  } catch {
    return undefined;
  }
}
