// Whether the Cache API keeps anything here: on workers.dev, and behind Cloudflare Access, it takes what is written and has
// nothing. Known by what was written and is not there at once; said once in the log, and in Cache-Status.

import { writeLog } from "../../platform/log.ts";

/** So many writings in a row that were not found say that nothing is kept. */
const LOST_MAX = 3;
/** After which it is looked at once more: a domain may have come. */
const TRY_AGAIN_MS = 600_000;

export class CacheProof {
  #isProven = false;
  #lost = 0;
  #lostMs = -Infinity;

  /** Whether what is written is never found. */
  get isWithout(): boolean {
    return !this.#isProven && this.#lost >= LOST_MAX;
  }

  /** Something was found: from now on nothing is looked at. */
  found(): void {
    this.#isProven = true;
  }

  /** Looks at what has just been written. Never throws. */
  async look(request: Request, nowMs: number): Promise<void> {
    if (this.#isProven || (this.isWithout && nowMs - this.#lostMs < TRY_AGAIN_MS)) return;
    const isThere = await isFound(request);
    if (isThere === true) this.found();
    if (isThere !== false) return;
    this.#lost += 1;
    this.#lostMs = nowMs;
    if (this.#lost === LOST_MAX) writeLog("cache-without-effect", {});
  }
}

/** undefined: nobody knows. */
async function isFound(request: Request): Promise<boolean | undefined> {
  try {
    const response = await caches.default.match(request);
    await response?.body?.cancel();
    return response !== undefined;
  } catch {
    return undefined;
  }
}
