// A client's body on its way: which of its two sides has failed.

import { expect, test } from "vitest";
import { startUpload } from "../../../src/gateway/origins/upload.ts";

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

test("startUpload() passes every byte of a body that ends", async () => {
  const { body, isBroken } = startUpload(newSource(30, "close").stream, fail);
  const bytes = new Uint8Array(await new Response(body).arrayBuffer());
  expect([bytes.byteLength, bytes.every((byte) => byte === 7)]).toEqual([3_000_000, true]);
  expect(isBroken()).toBe(false);
});

test("startUpload() cuts the exchange when the body fails", async () => {
  const causes: string[] = [];
  const { body, isBroken } = startUpload(newSource(2, "error").stream, (cause) => causes.push(cause));
  await new Response(body).arrayBuffer().catch(() => undefined);
  await settle();
  expect([isBroken(), causes]).toEqual([true, ["the client's body broke off"]]);
});

test("startUpload() lets an exchange go on whose origin reads no more, and reads no more itself", async () => {
  const { stream, state } = newSource(1_000, "stall");
  const { body, isBroken } = startUpload(stream, fail);
  const reader = body.getReader();
  await reader.read();
  await reader.cancel();
  await settle();
  expect([isBroken(), state.isCancelled]).toEqual([false, true]);
});
