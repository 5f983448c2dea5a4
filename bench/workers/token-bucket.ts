// A token bucket as a few lines of arithmetic.

export interface LimitBindings {
  readonly LIMIT_UNITS: string;
  readonly WINDOW_MS: string;
}

export class TokenBucket {
  readonly #tokensMax: number;
  readonly #tokensPerMs: number;
  tokens: number;
  atMs = 0;

  constructor({ LIMIT_UNITS, WINDOW_MS }: LimitBindings) {
    this.#tokensMax = Number(LIMIT_UNITS);
    this.#tokensPerMs = this.#tokensMax / Number(WINDOW_MS);
    this.tokens = this.#tokensMax;
  }

  take(nowMs: number): boolean {
    this.tokens = Math.min(this.#tokensMax, this.tokens + (nowMs - this.atMs) * this.#tokensPerMs);
    this.atMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
