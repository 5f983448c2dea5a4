// When an object last heard of all there is from the one that it follows. It is noted in storage, but not each time: after
// an eviction it has heard a little less recently than it really had.

/** What was sent is believed to have arrived for so long. What could not be sent is known here within it. */
const TRUSTED_MS = 60_000;
/** While the other does not answer: nobody can be sure that nothing was to be sent. */
const DOUBTED_MS = 4_000;
const NOTE_MS = 20_000;

export class Heard {
  readonly #kv: SyncKvStorage;
  readonly #name: string;
  #heardMs: number;
  #notedMs: number;
  #isDoubtful = false;

  constructor(kv: SyncKvStorage, name: string) {
    this.#kv = kv;
    this.#name = name;
    this.#heardMs = kv.get<number>(name) ?? 0;
    this.#notedMs = this.#heardMs;
  }

  isTrusted(nowMs: number): boolean {
    const ageMs = nowMs - this.#heardMs;
    return ageMs >= 0 && ageMs < (this.#isDoubtful ? DOUBTED_MS : TRUSTED_MS);
  }

  /** All that there was when this was asked is known. */
  note(askedMs: number): void {
    this.#isDoubtful = false;
    this.#heardMs = Math.max(this.#heardMs, askedMs);
    if (this.#heardMs - this.#notedMs < NOTE_MS) return;
    this.#notedMs = this.#heardMs;
    this.#kv.put(this.#name, this.#heardMs);
  }

  /** The other did not answer. */
  doubt(): void {
    this.#isDoubtful = true;
  }
}

/** A look behind an answer takes so long at most: no answer is one as well. */
const CHECK_MS_MAX = 1_000;
/** An answer waits so long for what it must ask about: an isolate waits for little more. */
const WAIT_MS_MAX = 300;

/** Rejects where there is no answer in time. */
export async function inTime<Answer>(asked: Promise<Answer>, waitMs = CHECK_MS_MAX): Promise<Answer> {
  const late = scheduler.wait(waitMs).then((): never => {
    throw new Error("no answer in time");
  });
  return await Promise.race([asked, late]);
}

/** Rejects where an answer cannot wait for it. It goes on all the same, for those who ask next. */
export async function soonEnough<Answer>(asked: Promise<Answer>): Promise<Answer> {
  return await inTime(asked, WAIT_MS_MAX);
}
