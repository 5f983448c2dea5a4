// Answers that are looked through on their way end when their client leaves, also while the origin says nothing.

import { afterAll, expect, it } from "vitest";
import { open } from "../support/client.ts";
import { startGateway } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startGateway({
  config: `import { defineConfig } from "headgate";

export default defineConfig({
  origin: ${JSON.stringify(origin.url)},
  policies: {},
  routes: [
    { path: "/secret", credential: { secret: "TOKEN", header: "x-token" } },
    { path: "/links", links: { fields: ["*"] } },
    { path: "/both", links: { fields: ["*"] }, credential: { secret: "TOKEN", header: "x-token" } },
    { path: "/plain" },
  ],
});
`,
  vars: { TOKEN: "a-token-of-the-gateway" },
});
afterAll(gateway.close);

it.each(["/plain", "/secret", "/links", "/both"])(
  "an answer at %s is not waited for when nobody reads it",
  async (path) => {
    const { promise: never } = Promise.withResolvers<undefined>();
    const body = (async function* () {
      yield '{"a":"one",';
      await never;
      yield "the rest";
    })();
    origin.serve(path, { fields: [["Content-Type", "application/json"]], body });
    const { stream } = await open(gateway, path);
    const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    expect(String((await pieces.next()).value)).toBe('{"a":"one",');
    expect(origin.flights(path).now).toBe(1);
    stream.socket.resetAndDestroy();
    await until("the exchange to end", () => origin.flights(path).now === 0);
  },
);

it.each(["/plain", "/secret", "/links", "/both"])(
  "an answer at %s that its origin cuts is cut for the client",
  async (path) => {
    for (const length of [[], [["Content-Length", "100"]]] as const) {
      const body = (async function* () {
        yield await Promise.resolve('{"a":"one",');
        throw new Error("cut");
      })();
      origin.serve(path, { fields: [["Content-Type", "application/json"], ...length], body });
      const { stream } = await open(gateway, path);
      await expect(stream.toArray()).rejects.toThrow();
    }
  },
);
