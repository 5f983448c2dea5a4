// What is new of all that operators change, learnt by one question to the near object every few seconds while requests come,
// and before a request where it must know. Each part is as old as its last answer; where the near object cannot tell of one,
// whoever has it is asked.

import type { NewsAnswer, NewsPart, NewsStates } from "../../core/control/news.ts";
import { readClock } from "../../platform/clock.ts";
import { Collapsing } from "./collapsing.ts";
import type { NearObject } from "./near-object.ts";

/** While requests come, a change holds within this and one call, unless somebody wants it sooner. */
const REFRESH_MS = 2_000;
const TIMEOUT_MS = 1_000;
/** All who must know wait for the same. */
const ONE_KEY = "";

type WaitUntil = (promise: Promise<unknown>) => void;

/** A part that somebody follows. */
export interface FollowedPart<State> {
  /** What is known of it; undefined while nothing of it is needed. */
  readonly version: () => number | undefined;
  readonly learn: (state: State) => void;
  /** Asks the one object in the world that has it. undefined: nothing is newer. */
  readonly askFar: (version: number) => Promise<State | undefined>;
}

interface Part {
  readonly version: () => number | undefined;
  /** Resolves to how to learn what was told of it, or is told by whoever has it. Rejects where nobody tells. */
  readonly find: (version: number, told: NewsAnswer["told"] | undefined) => Promise<() => void>;
  learntMs: number;
}

export class News {
  readonly near: NearObject;
  readonly #parts = new Map<NewsPart, Part>();
  readonly #collapsing = new Collapsing();
  #askedMs = -Infinity;
  /** What is asked about in the call that is or was on its way. */
  #asked: ReadonlySet<NewsPart> = new Set();

  constructor(near: NearObject) {
    this.near = near;
  }

  /** From here on this part is asked about. Of two who follow the same the later one is told. */
  follow<Name extends NewsPart>(
    name: Name,
    { version, learn, askFar }: FollowedPart<NewsStates[Name]>,
  ): void {
    this.#parts.set(name, {
      version,
      find: async (known, told) => {
        const near = told?.[name];
        const newer = near === undefined ? await askFar(known) : near.newer;
        return () => {
          if (newer !== undefined) learn(newer);
        };
      },
      learntMs: -Infinity,
    });
  }

  /** How old what is known of a part is, in milliseconds. */
  toAgeMs(name: NewsPart, nowMs: number): number {
    return nowMs - (this.#parts.get(name)?.learntMs ?? -Infinity);
  }

  /** Asks under `waitUntil` when it is time. */
  refresh(nowMs: number, waitUntil: WaitUntil): void {
    if (nowMs - this.#askedMs < TIMEOUT_MS || !this.#isDue(nowMs)) return;
    const publish = this.#collapsing.lead(ONE_KEY, waitUntil);
    if (publish !== undefined) waitUntil(this.#ask().finally(() => publish("stored")));
  }

  /** Asks for a request that must know, once for all that must at the same time. Resolves to whether it is younger than this now. */
  async know(name: NewsPart, withinMs: number, waitUntil: WaitUntil): Promise<boolean> {
    const isKnown = (): boolean => this.toAgeMs(name, readClock()) < withinMs;
    if (
      (await this.#collapsing.wait(ONE_KEY, TIMEOUT_MS)) !== undefined &&
      (isKnown() || this.#asked.has(name))
    )
      return isKnown();
    const publish = this.#collapsing.lead(ONE_KEY, waitUntil);
    if (publish === undefined) await this.#collapsing.wait(ONE_KEY, TIMEOUT_MS);
    else await this.#ask().finally(() => publish("stored"));
    return isKnown();
  }

  /** Asks the one object that has a part, after a change that was made here. Never throws. */
  async askFar(name: NewsPart): Promise<void> {
    const part = this.#parts.get(name);
    const version = part?.version();
    if (part === undefined || version === undefined) return;
    await inTime(learnPart(part, { version, askedMs: readClock(), told: undefined }));
  }

  #isDue(nowMs: number): boolean {
    for (const part of this.#parts.values())
      if (nowMs - part.learntMs >= REFRESH_MS && part.version() !== undefined) return true;
    return false;
  }

  /** Resolves when all of it is known, or it is too late. Never throws. */
  async #ask(): Promise<void> {
    const askedMs = readClock();
    this.#askedMs = askedMs;
    // What the same request is about to need is asked about with it.
    await Promise.resolve();
    const wanted = [...this.#parts].flatMap(([name, part]) => {
      const version = part.version();
      return version === undefined ? [] : [{ name, part, version }];
    });
    this.#asked = new Set(wanted.map(({ name }) => name));
    const known = Object.fromEntries(wanted.map(({ name, version }) => [name, version]));
    const learnAll = async (): Promise<void> => {
      const told = await this.near.readNews(known);
      await Promise.all(wanted.map(async ({ part, version }) => learnPart(part, { version, askedMs, told })));
    };
    await inTime(learnAll());
  }
}

interface Learning {
  readonly version: number;
  readonly askedMs: number;
  readonly told: NewsAnswer["told"] | undefined;
}

/** What nobody tells grows older. */
async function learnPart(part: Part, { version, askedMs, told }: Learning): Promise<void> {
  try {
    const learn = await part.find(version, told);
    // Answers may overtake each other: the one that was asked for later holds.
    if (askedMs < part.learntMs) return;
    learn();
    part.learntMs = askedMs;
  } catch {
    // It is asked about again.
  }
}

async function inTime(promise: Promise<void>): Promise<void> {
  await Promise.race([promise, scheduler.wait(TIMEOUT_MS)]);
}
