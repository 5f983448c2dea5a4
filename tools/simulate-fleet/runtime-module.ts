// Stands for the runtime's own modules where the gateway's code runs in Node.

/** Nothing ends here that an answer leaves behind. */
export const waitUntil = (promise: Promise<unknown>): void => {
  promise.catch(() => undefined);
};

/** Asked for where an origin refuses connections: here none does. */
export const connect = (): never => {
  throw new Error("no origin is connected to in a simulation");
};

/** No member of a pool is reached by a binding. */
export const env = {};
