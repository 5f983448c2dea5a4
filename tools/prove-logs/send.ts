// Requests over a few connections that are kept, and how long each took.

import { Agent, request as openRequest } from "node:http";

export interface Sent {
  readonly path: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: string;
}

export const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** Resolves to how long it took, in milliseconds, when the answer is whole; to undefined where none came. */
export function send(
  url: URL,
  { path, fields = {}, method = "GET", body = "" }: Sent,
): Promise<number | undefined> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const length = body === "" ? {} : { "content-length": Buffer.byteLength(body) };
    const { hostname, port } = url;
    const sent = openRequest(
      { hostname, port, path, method, headers: { ...fields, ...length }, agent },
      (answer) => {
        answer.resume();
        answer.on("end", () => {
          resolve(performance.now() - startedMs);
        });
        answer.on("error", () => {
          resolve(undefined);
        });
      },
    );
    sent.on("error", () => {
      resolve(undefined);
    });
    sent.end(body);
  });
}

/** Calls so many at a time, in order. */
export async function inTurns(
  count: number,
  parallel: number,
  call: (at: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = (next += 1) - 1; at < count; at = (next += 1) - 1) await call(at);
  };
  await Promise.all(Array.from({ length: parallel }, work));
}
