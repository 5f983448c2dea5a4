// The Durable Object that knows what has been purged: one for the whole deployment. A purge is one small write, however
// much it makes invalid. Snapshot objects near the gateways follow it: each is sent every purge.

import { DurableObject } from "cloudflare:workers";
import { addPurge, forgetPurges, NO_PURGES, type Purge, type PurgeState } from "../core/cache/purge-state.ts";
import { RETENTION_MS_MAX } from "../core/cache/stored-response.ts";
import type { AddedPurges, Bindings, PurgeRpc } from "../platform/bindings.ts";

const STATE_KEY = "purges";
const FOLLOWERS_KEY = "followers";
/** How long an operator waits for a follower at most. */
const SEND_MS = 1_000;
/** When a follower that did not take a purge gets it again. */
const RESEND_MS = 30_000;

/** The newest purge that each is known to have, by its name. */
type Followers = Readonly<Record<string, number>>;

export class PurgeObject extends DurableObject<Bindings> implements PurgeRpc {
  /** The state when it is newer than what the caller knows, else undefined. */
  readPurges(knownLatest: number): PurgeState | undefined {
    const state = this.#read();
    return state.latest > knownLatest ? state : undefined;
  }

  /** The state, and from here on every newer one is sent to the snapshot object of this name. */
  follow(name: string): PurgeState {
    const state = this.#read();
    this.#note(name, state.latest);
    return state;
  }

  /** The state with these purges in it, once it is durable and the followers have it, or had time enough. */
  async addPurges(purges: readonly Purge[]): Promise<AddedPurges> {
    const nowMs = Date.now();
    let state = forgetPurges(this.#read(), nowMs - RETENTION_MS_MAX);
    for (const purge of purges) state = addPurge(state, purge, nowMs);
    this.ctx.storage.kv.put(STATE_KEY, state);
    return { ...state, isEverywhere: await this.#publish() };
  }

  /** Some follower did not have the newest purge. */
  override async alarm(): Promise<void> {
    await this.#publish();
  }

  /**
   * Resolves to whether all followers have the purges of now; those that do not get them from the alarm. Purges that come
   * meanwhile say for themselves where they are.
   */
  async #publish(): Promise<boolean> {
    const state = this.#read();
    const behind = this.#listBehind(state.latest);
    if (behind.length === 0) return true;
    // Stored with the purge: whatever happens in between, it is sent.
    const armed = this.ctx.storage.setAlarm(Date.now() + RESEND_MS);
    await Promise.all([armed, ...behind.map(async (name) => this.#send(name, state))]);
    if (this.#listBehind(this.#read().latest).length === 0) await this.ctx.storage.deleteAlarm();
    return this.#listBehind(state.latest).length === 0;
  }

  async #send(name: string, state: PurgeState): Promise<void> {
    const late = scheduler.wait(SEND_MS).then(() => "late" as const);
    try {
      const sent = Promise.resolve(this.env.SNAPSHOTS.getByName(name).putPurges(state));
      if ((await Promise.race([sent, late])) !== "late") this.#note(name, state.latest);
    } catch {
      // It is behind, and the alarm sends it again.
    }
  }

  #read(): PurgeState {
    return this.ctx.storage.kv.get<PurgeState>(STATE_KEY) ?? NO_PURGES;
  }

  #readFollowers(): Followers {
    return this.ctx.storage.kv.get<Followers>(FOLLOWERS_KEY) ?? {};
  }

  /** It has the purges up to this one. A newer one that it is known to have stays. */
  #note(name: string, latest: number): void {
    const followers = this.#readFollowers();
    const known = followers[name];
    if (known !== undefined && known >= latest) return;
    this.ctx.storage.kv.put(FOLLOWERS_KEY, { ...followers, [name]: latest });
  }

  /** Who is not known to have the purges up to this one. */
  #listBehind(latest: number): readonly string[] {
    const followers = Object.entries(this.#readFollowers());
    return followers.filter(([, known]) => known < latest).map(([name]) => name);
  }
}
