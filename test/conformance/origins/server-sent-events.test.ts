// Server-sent events reach the client one by one, while the stream is open, and its end reaches the origin.

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { newAddress, open } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const { origin, gateway } = await startStand({
  policies: { "per-client": { algorithm: "token-bucket", limit: 100, window: "1m", key: "ip" } },
  routes: [
    { path: "/cached/*", policies: ["per-client"], cache: { ttl: "30s" } },
    { path: "/*", policies: ["per-client"] },
  ],
});

/** Events that the test lets go one at a time. */
class Events {
  isEnded = false;
  #release: (() => void) | undefined;

  async *body(): AsyncGenerator<string> {
    try {
      for (let id = 1; ; id += 1) {
        yield `id: ${id}\n\n`;
        await new Promise<void>((resolve) => {
          this.#release = resolve;
        });
      }
    } finally {
      this.isEnded = true;
    }
  }

  sendNext(): void {
    this.#release?.();
  }
}

async function readEvent(stream: IncomingMessage): Promise<string> {
  const [piece] = (await once(stream, "data")) as [Buffer];
  return piece.toString();
}

describe.each(["/events", "/cached/events"])("events on %s", (path) => {
  it("arrive before the next is sent", async () => {
    const events = new Events();
    origin.serve(path, { fields: [["Content-Type", "text/event-stream"]], body: events.body() });
    const { stream, field } = await open(gateway, path, { ip: newAddress() });
    expect(field("Content-Type")).toBe("text/event-stream");
    for (const id of [1, 2, 3]) {
      expect(await readEvent(stream)).toBe(`id: ${id}\n\n`);
      events.sendNext();
    }
    stream.destroy();
    // The origin notices at its next event that the client has gone.
    await until("the origin to be told", () => {
      events.sendNext();
      return events.isEnded;
    });
  });
});
