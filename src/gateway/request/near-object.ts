// The object on the instance's own continent that knows what there is one of in the world: what operators changed, what was
// purged. Where many instances ask there are several, and each instance keeps to one of them. Where it does not answer in
// time, whoever it has that from is asked instead.

import type { NewsAnswer, NewsQuestion } from "../../core/control/news.ts";
import { isRay } from "../../core/http/request-id.ts";
import { SPREAD_MAX, toFirstSpread, toNearName } from "../../core/control/spread.ts";
import type { Bindings } from "../../platform/bindings.ts";

/** How long it may take before the far object is asked. */
const NEAR_MS = 400;

type Stub = ReturnType<Bindings["SNAPSHOTS"]["getByName"]>;

export class NearObject {
  readonly #namespace: Bindings["SNAPSHOTS"];
  #isLocated = false;
  #isOnNetwork = false;
  #place: string | undefined;
  #draw: number | undefined;
  #spread = 1;
  #spreadMin = 1;

  constructor({ SNAPSHOTS }: Pick<Bindings, "SNAPSHOTS">) {
    this.#namespace = SNAPSHOTS;
  }

  /** An instance stays where it is: its first request says where. */
  locate(request: Request): void {
    // What the platform says of a request is made anew each time that it is read.
    if (this.#isLocated) return;
    this.#isLocated = true;
    this.#place = request.cf?.continent as string | undefined;
    this.#isOnNetwork = isRay(request.headers.get("cf-ray") ?? "");
  }

  /** There are at least as many objects as counters of so many shards suggest. */
  expect(shards: number): void {
    this.#spreadMin = toFirstSpread(shards);
  }

  /** What is new; undefined where it does not answer in time. */
  async readNews(known: NewsQuestion["known"]): Promise<NewsAnswer["told"] | undefined> {
    const spread = this.#toSpread();
    const answer = await this.ask<NewsAnswer | undefined>(
      async (near, name) => near.readNews({ known, spread }, name),
      () => Promise.resolve(undefined),
    );
    if (answer !== undefined) this.#spread = answer.spread;
    return answer?.told;
  }

  /** The near answer; the far one where there is none in time. Rejects where neither comes. */
  async ask<Answer>(
    askNear: (stub: Stub, name: string) => Promise<Answer>,
    askFar: () => Promise<Answer>,
  ): Promise<Answer> {
    // Not before there is a request: where no request is, nothing is random.
    this.#draw ??= Math.random();
    const name = toNearName(this.#place ?? "unknown", { spread: this.#toSpread(), draw: this.#draw });
    try {
      const near = askNear(this.#namespace.getByName(name), name);
      // Only for what was asked: nobody would hear its rejection otherwise.
      const late = scheduler.wait(NEAR_MS).then((): never => {
        throw new Error("no answer in time");
      });
      return await Promise.race([near, late]);
    } catch {
      return await askFar();
    }
  }

  /** On a machine of one's own, which is not on the network though it may be told a place, there is one. */
  #toSpread(): number {
    if (!this.#isOnNetwork) return 1;
    return Math.min(SPREAD_MAX, Math.max(this.#spreadMin, this.#spread));
  }
}
