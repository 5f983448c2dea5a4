// What the comparison hands to each program: limits of all requests and of /search, the store, and how it is set.

const toRule = (name) => {
  const units = process.env[`${name}_UNITS`];
  return units === undefined
    ? undefined
    : { units: Number(units), windowMs: Number(process.env[`${name}_MS`]) };
};

export const port = Number(process.env.PORT);
export const general = toRule("GENERAL");
export const search = toRule("SEARCH");
/** undefined: counters in memory. */
export const redisPath = process.env.REDIS_PATH;
/** Whether the store's absence is provided for, as far as the library's documents say how. */
export const isCareful = process.env.CAREFUL === "on";
