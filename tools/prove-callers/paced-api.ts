// Stand-ins for APIs that count calls by their own clock, when they arrive, and refuse what is over the limit: Stripe's, Slack's
// and a plain one with pages. The first segment of a path says which; each has a budget of its own.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface PacedRules {
  readonly limit: number;
  readonly windowMs: number;
}

export interface PacedApi {
  readonly url: string;
  /** Calls that were refused, of all its APIs. */
  readonly refused: () => number;
  readonly close: () => void;
}

const PAGES = 3;

/** `self` is what links begin with. The answers repeat the token, as an API may. */
export async function startPacedApi({ limit, windowMs }: PacedRules, self: string): Promise<PacedApi> {
  const served = new Map<string, number[]>();
  let refused = 0;
  const server = createServer(({ url: target = "/", headers }, response) => {
    const { pathname, searchParams } = new URL(target, self);
    const [, api = ""] = pathname.split("/");
    const nowMs = performance.now();
    const times = (served.get(api) ?? []).filter((time) => nowMs - time < windowMs);
    if (times.length >= limit) {
      refused += 1;
      response.writeHead(429, { "Retry-After": "1", "Content-Type": "application/json" });
      response.end(JSON.stringify({ ok: false, error: "ratelimited" }));
      return;
    }
    served.set(api, [...times, nowMs]);
    const page = Number(searchParams.get("page") ?? PAGES);
    const next = page < PAGES ? `${self}/plain/pages?page=${page + 1}` : undefined;
    response.writeHead(200, {
      "Content-Type": "application/json",
      ...(next !== undefined && { Link: `<${next}>; rel="next"` }),
    });
    const { authorization = "" } = headers;
    response.end(
      JSON.stringify({ id: `x_${nowMs}`, object: "customer", ok: true, page, seen: authorization }),
    );
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused: () => refused,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
