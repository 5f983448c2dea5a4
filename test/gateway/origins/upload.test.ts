// A client's body on its way: which of its two sides has failed.

import { expect, test } from "vitest";
import { Upload } from "../../../src/gateway/origins/upload.ts";

const PIECE = new Uint8Array(100_000).fill(7);

function newSource(pieces: number, ending: "close" | "error" | "stall") {
  let left = pieces;
  const state = { isCancelled: false };
  const stream = new ReadableStream({
    type: "bytes",
    pull: async (controller: ReadableByteStreamController) => {
      left -= 1;
      if (left >= 0) controller.enqueue(PIECE.slice());
      else if (ending === "close") controller.close();
      else if (ending === "error") controller.error(new Error("malformed"));
      else await scheduler.wait(5_000);
    },
    cancel: () => {
      state.isCancelled = true;
    },
  } satisfies UnderlyingByteSource);
  return { stream, state };
}

const fail = (): void => {
  expect.unreachable("nothing is cut");
};
const settle = (): Promise<void> => scheduler.wait(20);

const BOUNDS = { clientMsMax: 60_000, originMsMax: 60_000, deadlineMs: Infinity };
const start = (stream: ReadableStream, cut: (cause: string) => void): Upload =>
  new Upload(stream, new Headers(), { bounds: BOUNDS, cut });

test("Upload passes every byte of a body that ends", async () => {
  const upload = start(newSource(30, "close").stream, fail);
  const bytes = new Uint8Array(await new Response(upload.body).arrayBuffer());
  expect([bytes.byteLength, bytes.every((byte) => byte === 7)]).toEqual([3_000_000, true]);
  expect(upload.failure).toBeUndefined();
});

test("Upload cuts the exchange when the body fails", async () => {
  const causes: string[] = [];
  const upload = start(newSource(2, "error").stream, (cause) => causes.push(cause));
  await new Response(upload.body).arrayBuffer().catch(() => undefined);
  await settle();
  expect([upload.failure?.code, causes]).toEqual(["body-incomplete", ["malformed"]]);
});

test("Upload cuts the exchange when the client stalls", async () => {
  const causes: string[] = [];
  const bounds = { ...BOUNDS, clientMsMax: 50 };
  const cut = (cause: string): void => void causes.push(cause);
  const upload = new Upload(newSource(2, "stall").stream, new Headers(), { bounds, cut });
  await new Response(upload.body).arrayBuffer().catch(() => undefined);
  expect([(await upload.failed).code, causes.length]).toEqual(["request-timeout", 1]);
});

test("Upload lets an exchange go on whose origin reads no more, and reads no more itself", async () => {
  const { stream, state } = newSource(1_000, "stall");
  const upload = start(stream, fail);
  const reader = upload.body.getReader();
  await reader.read();
  await reader.cancel();
  await settle();
  expect([upload.failure, state.isCancelled]).toEqual([undefined, true]);
});
