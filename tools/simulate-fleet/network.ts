// What isolates ask, as far away as it is, and how often each of it is asked. Behind the names of the bindings is the code
// of core that the objects run: what they answer, and when they want to be asked again.

import { NO_PURGES, addPurge, type Purge, type PurgeState } from "../../src/core/cache/purge-state.ts";
import {
  addKeyChanges,
  startKeyHistory,
  toKeyChanges,
  type VersionedKey,
} from "../../src/core/control/key-changes.ts";
import type { NewsAnswer, NewsQuestion } from "../../src/core/control/news.ts";
import { NO_SNAPSHOT } from "../../src/core/control/snapshot.ts";
import { CallRate } from "../../src/core/control/spread.ts";
import type { FeedbackReport } from "../../src/core/feedback/feedback-messages.ts";
import { SharedFeedback } from "../../src/core/feedback/shared-feedback.ts";
import type { KeyRecord } from "../../src/core/keys/key-record.ts";
import { ReportPace } from "../../src/core/report-pace.ts";
import { Watch } from "../../src/core/stats/stats-book.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Round trips, in milliseconds. */
const NEAR_MS = 20;
const FAR_MS = 120;
const CACHE_MS = 3;
const ALERTS_REPORT_MS = 10_000;
const HEALTH_REPORT_MS = 1_000;
const NEAR = new Set(["SNAPSHOTS", "STATS", "COUNTERS"]);

type Method = (...args: never[]) => unknown;
type Methods = Readonly<Record<string, Method>>;

export class Network {
  readonly #time: VirtualTime;
  /** Calls in each second, by object. */
  readonly calls = new Map<string, number[]>();
  readonly #objects = new Map<string, Methods>();
  readonly #keys: ReadonlyMap<string, KeyRecord>;
  #purges: PurgeState = NO_PURGES;
  readonly #revoked = new Set<string>();
  #changes = startKeyHistory(1);

  constructor(time: VirtualTime, keys: ReadonlyMap<string, KeyRecord>) {
    this.#time = time;
    this.#keys = keys;
  }

  /** A namespace of Durable Objects. */
  bind(binding: string): object {
    const stub = (name: string): object => this.#stub(binding, name);
    return {
      getByName: stub,
      idFromName: (name: string) => ({ name }),
      get: (id: { name: string }) => stub(id.name),
    };
  }

  purge(purge: Purge): void {
    this.#purges = addPurge(this.#purges, purge, Date.now());
  }

  revoke(hash: string): void {
    this.#revoked.add(hash);
    this.#changes = addKeyChanges(this.#changes, { version: this.#changes.version + 1, changed: [hash] });
  }

  #stub(binding: string, name: string): object {
    const object = `${binding} ${name}`;
    const methods = this.#objects.get(object) ?? this.#create(binding);
    this.#objects.set(object, methods);
    const halfMs = (NEAR.has(binding) ? NEAR_MS : FAR_MS) / 2;
    return new Proxy(
      {},
      {
        get: (_target, method) => {
          if (typeof method !== "string" || method === "then") return undefined;
          return async (...args: never[]) => {
            await this.#time.wait(halfMs);
            this.#count(object);
            const run = methods[method];
            if (run === undefined) throw new Error(`${object} has no ${method} here`);
            const answer = await run(...args);
            await this.#time.wait(halfMs);
            return answer;
          };
        },
      },
    );
  }

  #count(object: string): void {
    const second = Math.floor(this.#time.nowMs / 1_000);
    const calls = this.calls.get(object) ?? [];
    calls[second] = (calls[second] ?? 0) + 1;
    this.calls.set(object, calls);
  }

  #create(binding: string): Methods {
    const pace = new ReportPace();
    switch (binding) {
      case "STATS":
        return { report: () => toStatsReply(pace) };
      case "ALERTS":
        return { report: () => ({ nextMs: pace.next(Date.now(), ALERTS_REPORT_MS) }) };
      case "HEALTH":
        return { report: () => ({ views: [], nextMs: pace.next(Date.now(), HEALTH_REPORT_MS) }) };
      case "FEEDBACK":
        return this.#createFeedback();
      case "SNAPSHOTS":
        return this.#createNear();
      default:
        return { ...this.#knowledge(), findKey: (hash: string) => this.#findKey(hash) };
    }
  }

  /** What operators changed, and what was purged, where it is kept. */
  #knowledge(): Methods {
    return {
      readSnapshot: (known: number) => (known === NO_SNAPSHOT.version ? undefined : NO_SNAPSHOT),
      readPurges: (known: number) => this.#readPurges(known),
      readKeyChanges: (known: number) => toKeyChanges(this.#changes, known),
    };
  }

  #readPurges(known: number): PurgeState | undefined {
    return known === this.#purges.latest ? undefined : this.#purges;
  }

  /** The same near isolates. Keys that an object has not met are looked up in the control object, and kept. */
  #createNear(): Methods {
    const kept = new Set<string>();
    const rate = new CallRate();
    const readNews = ({ known: { purges, keys }, spread }: NewsQuestion): NewsAnswer => {
      rate.count(Date.now());
      const told = {
        snapshot: { newer: undefined },
        purges: purges === undefined ? undefined : { newer: this.#readPurges(purges) },
        keys: keys === undefined ? undefined : { newer: toKeyChanges(this.#changes, keys) },
      };
      return { told, spread: rate.toSpread(spread) };
    };
    const lookUpKey = async (hash: string): Promise<VersionedKey> => {
      rate.count(Date.now());
      if (!kept.has(hash)) {
        await this.#time.wait(FAR_MS / 2);
        this.#count("CONTROL control");
        await this.#time.wait(FAR_MS / 2);
        kept.add(hash);
      }
      return { version: this.#changes.version, record: this.#findKey(hash) };
    };
    return { readNews, lookUpKey };
  }

  #createFeedback(): Methods {
    const shared = new SharedFeedback();
    return { exchange: (report: FeedbackReport) => shared.exchange(report, Date.now()) };
  }

  #findKey(hash: string): KeyRecord | undefined {
    const record = this.#keys.get(hash);
    return record && this.#revoked.has(hash) ? { ...record, enabled: false } : record;
  }

  /** The Cache API of one data centre. */
  createCache(): object {
    const stored = new Map<string, () => Response>();
    return {
      match: async (key: string | Request) => {
        await this.#time.wait(CACHE_MS);
        return stored.get(toUrl(key))?.();
      },
      put: async (key: string | Request, response: Response) => {
        await this.#time.wait(CACHE_MS);
        const [body, init] = [await response.text(), toInit(response)];
        stored.set(toUrl(key), () => new Response(createBody(body), init));
      },
      delete: async (key: string | Request) => {
        await this.#time.wait(CACHE_MS);
        return stored.delete(toUrl(key));
      },
    };
  }
}

function toUrl(key: string | Request): string {
  return typeof key === "string" ? key : key.url;
}

function toInit({ status, headers }: Response): ResponseInit {
  return { status, headers: [...headers] };
}

/** Of pieces, not of bytes: Node's streams of bytes cost more than all of the gateway. */
export function createBody(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}

function toStatsReply(pace: ReportPace): object {
  const { isWatched, nextMs } = new Watch().toReply(Date.now());
  return { isWatched, nextMs: pace.next(Date.now(), nextMs) };
}
