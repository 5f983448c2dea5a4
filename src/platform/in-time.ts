// Waits for a promise, and no longer than so long. A timer that is stopped when the answer is there costs a third of one that
// is left to end with its request.

/** The longest that a timer can wait. */
export const TIMER_MS_MAX = 2 ** 31 - 1;
/** A timer that is later than this tells of an isolate that stood still, not of what it waited for. */
export const PUNCTUAL_MS = 50;

/**
 * undefined where it takes longer. Where this isolate stood still (its thread was taken away, or computed), the answer may have
 * come meanwhile and wait to be read: for as long as that was it is waited for again, at most once and as long as before.
 */
export function inTime<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const waitMs = Math.min(ms, TIMER_MS_MAX);
    const fromMs = Date.now();
    const give = (): void => {
      const lateMs = Date.now() - fromMs - waitMs;
      if (lateMs > PUNCTUAL_MS) timer = setTimeout(resolve, Math.min(lateMs, waitMs), undefined);
      else resolve(undefined);
    };
    let timer = setTimeout(give, waitMs);
    const settle = (value: Value): void => {
      clearTimeout(timer);
      resolve(value);
    };
    promise.then(settle, (error: unknown) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
