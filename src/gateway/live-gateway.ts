// The active gateway: the deployed configuration until the control object says otherwise. What it says is learnt in the
// background and activated as one whole; while it does not answer, what is known goes on.

import type { Config } from "../core/config/config.ts";
import { parseConfig } from "../core/config/parse-config.ts";
import { NO_SNAPSHOT, type Snapshot, type StoredConfig } from "../core/control/snapshot.ts";
import { type Bindings, CONTROL_NAME } from "../platform/bindings.ts";
import { readClock } from "../platform/clock.ts";
import { writeLog } from "../platform/log.ts";
import { createGateway, type Gateway, renewGateway } from "./gateway.ts";
import { Poll } from "./request/poll.ts";

export class LiveGateway {
  readonly #deployed: Config;
  readonly #bindings: Bindings;
  /** Without a token nobody can have changed anything: the control object is not asked. */
  readonly #hasControl: boolean;
  #gateway: Gateway;
  #snapshot: Snapshot = NO_SNAPSHOT;

  readonly #poll = new Poll<Snapshot>({
    ask: async () => this.#bindings.CONTROL.getByName(CONTROL_NAME).readSnapshot(this.#snapshot.version),
    learn: (snapshot) => {
      this.#learn(snapshot);
    },
  });

  constructor(deployed: Config, bindings: Bindings) {
    this.#deployed = deployed;
    this.#bindings = bindings;
    this.#hasControl = isSet(bindings.ADMIN_TOKEN) || isSet(bindings.ADMIN_READ_TOKEN);
    this.#gateway = createGateway(deployed, bindings);
  }

  /** The gateway for one request, from its first step to its last. */
  current(context: Pick<ExecutionContext, "waitUntil">): Gateway {
    if (this.#hasControl)
      this.#poll.refresh(readClock(), (promise) => {
        context.waitUntil(promise);
      });
    return this.#gateway;
  }

  get gateway(): Gateway {
    return this.#gateway;
  }

  /** After a change made through this isolate: it holds here at once. */
  async learnNow(): Promise<void> {
    await this.#poll.ask(readClock());
  }

  #learn(snapshot: Snapshot): void {
    // Two answers may come in the wrong order.
    if (snapshot.version <= this.#snapshot.version) return;
    const isSame = snapshot.config.version === this.#snapshot.config.version;
    const config = isSame ? this.#gateway.config : this.#parse(snapshot.config);
    this.#gateway = renewGateway(this.#gateway, { config, snapshot, bindings: this.#bindings });
    this.#snapshot = snapshot;
  }

  /** A stored configuration that this deployment cannot read leaves the active one as it is. */
  #parse({ version, document }: StoredConfig): Config {
    if (document === undefined) return this.#deployed;
    const parsed = parseConfig(JSON.parse(document), this.#bindings);
    if (parsed.ok) return parsed.value;
    const problems = parsed.error.slice(0, 10).map(({ path, message }) => `${path}: ${message}`);
    writeLog("config-refused", { version, problems });
    return this.#gateway.config;
  }
}

const isSet = (token: string | undefined): boolean => token !== undefined && token !== "";
