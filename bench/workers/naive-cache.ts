// What the Cache API is asked at least: look up, else forward and keep. It knows no Vary, no Age, no validation, and it
// trusts the store's freshness.

import { forward, type OriginBinding } from "./forward.ts";

/** The runtime's own, for a Worker that is checked beside programs of Node. */
declare const caches: {
  readonly default: {
    readonly match: (url: string) => Promise<Response | undefined>;
    readonly put: (url: string, response: Response) => Promise<void>;
  };
};

export default {
  async fetch(request: Request, env: OriginBinding): Promise<Response> {
    const hit = await caches.default.match(request.url);
    if (hit !== undefined) return hit;
    const response = await forward(request, env);
    await caches.default.put(request.url, response.clone());
    return response;
  },
};
