// The object on the instance's own continent that knows what there is one of in the world: what operators changed, what was
// purged. Where it does not answer in time, whoever it has that from is asked instead.

import type { Bindings } from "../../platform/bindings.ts";

/** How long it may take before the far object is asked. */
const NEAR_MS = 400;

type Stub = ReturnType<Bindings["SNAPSHOTS"]["getByName"]>;

export class NearObject {
  readonly #namespace: Bindings["SNAPSHOTS"];
  #place: string | undefined;

  constructor({ SNAPSHOTS }: Pick<Bindings, "SNAPSHOTS">) {
    this.#namespace = SNAPSHOTS;
  }

  /** An instance stays where it is: its first request says where. */
  locate(request: Request): void {
    this.#place ??= (request.cf?.continent as string | undefined) ?? "unknown";
  }

  /** The near answer; the far one where there is none in time. Rejects where neither comes. */
  async ask<Answer>(
    askNear: (stub: Stub, place: string) => Promise<Answer>,
    askFar: () => Promise<Answer>,
  ): Promise<Answer> {
    const place = this.#place ?? "unknown";
    try {
      const near = askNear(this.#namespace.getByName(place), place);
      // Only for what was asked: nobody would hear its rejection otherwise.
      const late = scheduler.wait(NEAR_MS).then((): never => {
        throw new Error("no answer in time");
      });
      return await Promise.race([near, late]);
    } catch {
      return await askFar();
    }
  }
}
