// Sends what operators changed to the snapshot objects that follow it, before the operator has an answer. Those that do
// not take it in time get it from the alarm.

import type { Follower, FollowerRows } from "./follower-rows.ts";

/** How long an operator waits for a follower at most. */
const SEND_MS = 1_000;
/** When a follower that did not take a change gets it again. */
const RESEND_MS = 30_000;

/** A part of what changes, with those who follow it. */
export interface Channel {
  readonly followers: FollowerRows;
  readonly readVersion: () => number;
  /** Once for all who lack the newest; resolves when the follower has it. */
  readonly toSend: () => (follower: Follower) => unknown;
}

export class Publisher {
  readonly #storage: DurableObjectStorage;
  readonly #channels: readonly Channel[];

  constructor(storage: DurableObjectStorage, channels: readonly Channel[]) {
    this.#storage = storage;
    this.#channels = channels;
  }

  async publish(): Promise<void> {
    const behind = this.#channels.filter(isBehind);
    if (behind.length === 0) return;
    // Before it is sent, and stored with the change: whatever happens in between, it is sent.
    const armed = this.#storage.setAlarm(Date.now() + RESEND_MS);
    await Promise.all([armed, ...behind.map(async (channel) => sendAll(channel))]);
    if (!this.#channels.some(isBehind)) await this.#storage.deleteAlarm();
  }
}

const isBehind = ({ followers, readVersion }: Channel): boolean =>
  followers.listBehind(readVersion()).length > 0;

async function sendAll({ followers, readVersion, toSend }: Channel): Promise<void> {
  const version = readVersion();
  const send = toSend();
  const sendOne = async (follower: Follower): Promise<void> => {
    const late = scheduler.wait(SEND_MS).then(() => "late" as const);
    try {
      if ((await Promise.race([Promise.resolve(send(follower)), late])) !== "late")
        followers.record(follower.name, version);
    } catch {
      // It is behind, and the alarm sends it again.
    }
  };
  await Promise.all(followers.listBehind(version).map(sendOne));
}
