// The client that all peers have their store by, as their documents show it. Careful: a command that takes long fails.

import { Redis } from "ioredis";
import { isCareful, redisPath } from "./settings.js";

export function connect(options = {}) {
  const careful = isCareful ? { commandTimeout: 500, maxRetriesPerRequest: 0 } : {};
  const redis = new Redis({ path: redisPath, ...careful, ...options });
  // Without a listener each failure of the connection is printed.
  redis.on("error", () => {});
  return redis;
}
