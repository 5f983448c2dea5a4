// Waits for a promise, and no longer than so long. A timer that is stopped when the answer is there costs a third of one that
// is left to end with its request.

/** The longest that a timer can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** undefined where it takes longer. */
export function inTime<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.min(ms, TIMER_MS_MAX), undefined);
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
