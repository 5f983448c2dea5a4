// The active gateway: the deployed configuration until the control object says otherwise. What operators change is learnt
// in the background and activated as one whole. An instance that does not know it, because it is new or had nothing to
// serve, answers when it does; while nobody tells it, what is known goes on.

import type { Config } from "../core/config/config.ts";
import { parseConfig } from "../core/config/parse-config.ts";
import { fingerprintFile, isSuperseded } from "../core/control/deployed-file.ts";
import { NO_SNAPSHOT, type Snapshot, type StoredConfig } from "../core/control/snapshot.ts";
import { type Bindings, CONTROL_NAME } from "../platform/bindings.ts";
import { readClock } from "../platform/clock.ts";
import { hashText } from "../platform/hash-text.ts";
import { setLogTarget, writeLog } from "../platform/log.ts";
import { createGateway, type Gateway, renewGateway } from "./gateway.ts";
import { createLogSinks, type LogSink } from "./log/log-sink.ts";
import { NearObject } from "./request/near-object.ts";
import { News } from "./request/news.ts";

/** Older knowledge is none: a request waits for the new. So a change holds everywhere within this, in milliseconds. */
const KNOWN_MS_MAX = 5_000;

/** What a request may begin with, and must not be answered by: operators may have changed it since. */
export interface Assumption {
  readonly gateway: Gateway;
  /** Nothing is known of what operators changed: it is the deployed configuration. */
  readonly isNew: boolean;
  /** The gateway that is active; undefined where this instance never learnt it and cannot now. */
  readonly known: Promise<Gateway | undefined>;
}

export class LiveGateway {
  readonly #deployed: Config;
  /** Of the deployed file. */
  readonly #fingerprint: () => string;
  readonly #bindings: Bindings;
  /** Without a token nobody can have changed anything: nothing is asked. */
  readonly #hasControl: boolean;
  #gateway: Gateway;
  #sinks: readonly LogSink[] = [];
  #snapshot: Snapshot = NO_SNAPSHOT;
  readonly #news: News;

  /** `exported` is the deployed configuration as it is written. */
  constructor(deployed: Config, { exported, bindings }: { exported: unknown; bindings: Bindings }) {
    this.#deployed = deployed;
    this.#fingerprint = () => fingerprintFile(exported, hashText);
    this.#bindings = bindings;
    this.#hasControl = isSet(bindings.ADMIN_TOKEN) || isSet(bindings.ADMIN_READ_TOKEN);
    this.#news = new News(new NearObject(bindings));
    this.#news.follow("snapshot", {
      version: () => (this.#hasControl ? this.#snapshot.version : undefined),
      learn: (snapshot) => {
        this.#learn(snapshot);
      },
      askFar: async (version) => bindings.CONTROL.getByName(CONTROL_NAME).readSnapshot(version),
    });
    this.#gateway = createGateway(deployed, bindings, this.#news);
    this.#directLog(deployed, NO_SNAPSHOT);
  }

  /** The gateway for one request, from its first step to its last; an assumption where it is not known to be active. */
  current(request: Request, context: Pick<ExecutionContext, "waitUntil">): Gateway | Assumption {
    this.#news.near.locate(request);
    const nowMs = readClock();
    const waitUntil = (promise: Promise<unknown>): void => {
      context.waitUntil(promise);
    };
    this.#gateway.authority.refresh(waitUntil);
    if (!this.#hasControl) return this.#gateway;
    const ageMs = this.#news.toAgeMs("snapshot", nowMs);
    if (ageMs >= KNOWN_MS_MAX)
      return { gateway: this.#gateway, isNew: ageMs === Infinity, known: this.#know(waitUntil) };
    this.#news.refresh(nowMs, waitUntil);
    return this.#gateway;
  }

  get gateway(): Gateway {
    return this.#gateway;
  }

  get logSinks(): readonly LogSink[] {
    return this.#sinks;
  }

  /** After a change made through this isolate: it holds here at once. */
  async learnNow(): Promise<void> {
    await this.#news.askFar("snapshot");
  }

  async #know(waitUntil: (promise: Promise<unknown>) => void): Promise<Gateway | undefined> {
    await this.#news.know("snapshot", KNOWN_MS_MAX, waitUntil);
    return this.#news.toAgeMs("snapshot", readClock()) === Infinity ? undefined : this.#gateway;
  }

  #learn(snapshot: Snapshot): void {
    // Two answers may come in the wrong order.
    if (snapshot.version <= this.#snapshot.version) return;
    const isSame = snapshot.config.version === this.#snapshot.config.version;
    const config = isSame ? this.#gateway.config : this.#parse(snapshot.config);
    if (config !== this.#gateway.config) this.#directLog(config, snapshot);
    this.#gateway = renewGateway(this.#gateway, { config, snapshot, bindings: this.#bindings });
    this.#snapshot = snapshot;
  }

  /** What waits for a receiver of the configuration before goes on waiting for it. */
  #directLog(config: Config, { config: { version } }: Snapshot): void {
    const { console: hasConsole } = config.log;
    this.#sinks = createLogSinks(config, this.#bindings as unknown as Readonly<Record<string, unknown>>);
    setLogTarget({ hasConsole, version, sinks: this.#sinks });
  }

  /** A stored configuration that this deployment cannot read leaves the active one as it is. */
  #parse({ version, document, file }: StoredConfig): Config {
    if (document === undefined) return this.#deployed;
    if (isSuperseded({ document, file }, this.#fingerprint)) {
      writeLog("config-superseded", { pushed: version });
      return this.#deployed;
    }
    const parsed = parseConfig(JSON.parse(document), this.#bindings, this.#deployed.functions);
    if (parsed.ok) return parsed.value;
    const problems = parsed.error.slice(0, 10).map(({ path, message }) => `${path}: ${message}`);
    writeLog("config-refused", { pushed: version, problems });
    return this.#gateway.config;
  }
}

const isSet = (token: string | undefined): boolean => token !== undefined && token !== "";
