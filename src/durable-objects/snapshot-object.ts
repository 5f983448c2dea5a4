// The Durable Object that has the snapshot near the gateways of one continent: an instance that has just started learns
// there, and not on the other side of the world, what operators have changed and purged. The control object sends it every
// change; while it is asked, it also looks by itself, for one that may not have arrived. Purges and API keys: near-purges.ts, near-keys.ts.

import { DurableObject } from "cloudflare:workers";
import type { PurgeState } from "../core/cache/purge-state.ts";
import type { KeyChanges, VersionedKey } from "../core/control/key-changes.ts";
import type { NewsAnswer, NewsQuestion, Told } from "../core/control/news.ts";
import type { Snapshot } from "../core/control/snapshot.ts";
import { CallRate } from "../core/control/spread.ts";
import { type Bindings, CONTROL_NAME, type SnapshotRpc } from "../platform/bindings.ts";
import { inTime, soonEnough } from "./heard.ts";
import { NearKeys } from "./near-keys.ts";
import { NearPurges } from "./near-purges.ts";

/** While it is asked, it looks for what was not sent after this long. */
const CHECK_MS = 2_000;
/** The parts of the snapshot, a value each: together they may be longer than a value may be. */
const PARTS = ["version", "config", "overrides", "bans", "access"] as const;

export class SnapshotObject extends DurableObject<Bindings> implements SnapshotRpc {
  #known: Snapshot | undefined;
  #checkedMs = 0;
  #following: Promise<Snapshot> | undefined;
  readonly #rate = new CallRate();
  readonly #purges: NearPurges;
  readonly #keys: NearKeys;

  constructor(context: DurableObjectState, env: Bindings) {
    super(context, env);
    this.#known = this.#load();
    this.#purges = new NearPurges(context, env);
    this.#keys = new NearKeys(context, env);
  }

  /** What is new of all that the caller knows. `name` is this object's own. */
  async readNews({ known, spread }: NewsQuestion, name: string): Promise<NewsAnswer> {
    this.#rate.count(Date.now());
    const [snapshot, purges, keys] = await Promise.all([
      tell(known.snapshot, async (version) => this.#readSnapshot(version, name)),
      tell(known.purges, async (latest) => this.#purges.read(latest, name)),
      tell(known.keys, async (version) => this.#keys.readChanges(version, name)),
    ]);
    return { told: { snapshot, purges, keys }, spread: this.#rate.toSpread(spread) };
  }

  /** What is older than what is known here is dropped: two may come in the wrong order. */
  putSnapshot(snapshot: Snapshot): void {
    if (this.#known !== undefined && snapshot.version <= this.#known.version) return;
    // What came as an argument holds on to its call, and that keeps this object from ever being evicted.
    this.#known = structuredClone({ ...snapshot });
    this.ctx.storage.transactionSync(() => {
      for (const part of PARTS) this.ctx.storage.kv.put(part, snapshot[part]);
    });
  }

  putPurges(state: PurgeState): void {
    this.#purges.put(state);
  }

  async lookUpKey(hash: string, place: string): Promise<VersionedKey> {
    this.#rate.count(Date.now());
    return await this.#keys.lookUp(hash, place);
  }

  putKeyChanges(changes: KeyChanges): void {
    this.#keys.put(changes);
  }

  /** undefined: nothing is newer than what the caller knows. Rejects where it cannot learn its first one. */
  async #readSnapshot(knownVersion: number, place: string): Promise<Snapshot | undefined> {
    const known = this.#known ?? (await soonEnough((this.#following ??= this.#follow(place))));
    if (Date.now() - this.#checkedMs >= CHECK_MS) this.ctx.waitUntil(this.#check(known.version));
    return known.version === knownVersion ? undefined : known;
  }

  /** From here on the control object sends every change. */
  async #follow(place: string): Promise<Snapshot> {
    this.#checkedMs = Date.now();
    try {
      this.putSnapshot(await this.#control().follow(place));
    } finally {
      this.#following = undefined;
    }
    if (this.#known === undefined) throw new Error("the control object sent nothing");
    return this.#known;
  }

  async #check(version: number): Promise<void> {
    this.#checkedMs = Date.now();
    try {
      const newer = await inTime<Snapshot | undefined>(
        Promise.resolve(this.#control().readSnapshot(version)),
      );
      if (newer !== undefined) this.putSnapshot(newer);
    } catch {
      // What is known here goes on, and the next question looks again. Keys may have been revoked.
      this.#keys.doubt();
    }
  }

  #control(): ReturnType<Bindings["CONTROL"]["getByName"]> {
    return this.env.CONTROL.getByName(CONTROL_NAME);
  }

  #load(): Snapshot | undefined {
    const { kv } = this.ctx.storage;
    if (kv.get("version") === undefined) return undefined;
    return Object.fromEntries(PARTS.map((part) => [part, kv.get(part)])) as unknown as Snapshot;
  }
}

/** undefined: it was not asked about, or cannot be known in time. */
async function tell<State>(
  known: number | undefined,
  read: (known: number) => Promise<State | undefined>,
): Promise<Told<State> | undefined> {
  if (known === undefined) return undefined;
  try {
    return { newer: await read(known) };
  } catch {
    return undefined;
  }
}
