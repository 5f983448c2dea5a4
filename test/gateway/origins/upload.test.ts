// A client's body on its way: which of its two sides has failed, or is waited for.

import { expect, test } from "vitest";
import { Upload, type UploadBounds } from "../../../src/gateway/origins/upload.ts";

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

const settle = (): Promise<void> => scheduler.wait(20);

/** A machine that stands still is late with all times. */
async function untilFailed({ failures }: Pick<Watched, "failures">): Promise<void> {
  for (let time = 0; failures.length === 0 && time < 500; time += 1) await scheduler.wait(10);
}

interface Watched {
  readonly upload: Upload;
  /** What it ended the exchange for. */
  readonly causes: string[];
  /** What it says has failed, so far. */
  readonly failures: string[];
}

function startUpload(stream: ReadableStream, bounds: Partial<UploadBounds> = {}): Watched {
  const causes: string[] = [];
  const failures: string[] = [];
  const cut = (cause: string): void => void causes.push(cause);
  const times = { clientMsMax: 5_000, originMsMax: 5_000, deadlineMs: Infinity, bytesMax: Infinity };
  const upload = new Upload(stream, new Headers(), { bounds: { ...times, ...bounds }, cut });
  void upload.failed.then(({ code }) => failures.push(code));
  return { upload, causes, failures };
}

test("Upload passes every byte of a body that ends", async () => {
  const { upload, causes } = startUpload(newSource(30, "close").stream);
  const bytes = new Uint8Array(await new Response(upload.body).arrayBuffer());
  expect([bytes.byteLength, bytes.every((byte) => byte === 7)]).toEqual([3_000_000, true]);
  expect(causes).toEqual([]);
});

test("Upload ends the exchange when the body fails", async () => {
  const { upload, causes, failures } = startUpload(newSource(2, "error").stream);
  await new Response(upload.body).arrayBuffer().catch(() => undefined);
  await settle();
  expect([failures, causes]).toEqual([["body-incomplete"], ["malformed"]]);
});

test("Upload ends the exchange when the body turns out to be longer than is taken, and passes no more of it", async () => {
  const { upload, causes, failures } = startUpload(newSource(30, "close").stream, { bytesMax: 250_000 });
  const read = new Response(upload.body).arrayBuffer();
  await expect(read).rejects.toThrow("larger than the route takes");
  await settle();
  expect([failures, causes.length > 0]).toEqual([["request-too-large"], true]);
  const whole = startUpload(newSource(2, "close").stream, { bytesMax: 200_000 });
  expect((await new Response(whole.upload.body).arrayBuffer()).byteLength).toBe(200_000);
});

test("Upload lets an exchange go on whose origin reads no more, and reads no more itself", async () => {
  const { stream, state } = newSource(1_000, "stall");
  const { upload, causes, failures } = startUpload(stream);
  const reader = upload.body.getReader();
  await reader.read();
  await reader.cancel();
  await settle();
  expect([causes, failures, state.isCancelled]).toEqual([[], [], true]);
});

test.each([
  ["the client", "stall", { clientMsMax: 30 }, "request-timeout"],
  ["the origin, which has it all", "close", { originMsMax: 30 }, "origin-timeout"],
] as const)(
  "Upload ends the exchange when it has waited too long for %s",
  async (_who, ending, bounds, code) => {
    const { upload, causes, failures } = startUpload(newSource(1, ending).stream, bounds);
    await new Response(upload.body).arrayBuffer().catch(() => undefined);
    await untilFailed({ failures });
    expect([failures, causes.length]).toEqual([[code], 1]);
  },
);

test("Upload waits for an origin that reads no more, as long as for any", async () => {
  const { upload, failures } = startUpload(newSource(1_000, "stall").stream, { originMsMax: 30 });
  await upload.body.cancel();
  await untilFailed({ failures });
  expect(failures).toEqual(["origin-timeout"]);
});

test("Upload waits for no origin that has begun to answer, and for its client as before", async () => {
  const bounds = { clientMsMax: 60, originMsMax: 30 };
  const whole = startUpload(newSource(1, "close").stream, bounds);
  const stalled = startUpload(newSource(1, "stall").stream, bounds);
  for (const { upload } of [whole, stalled]) {
    upload.answered();
    void new Response(upload.body).arrayBuffer().catch(() => undefined);
  }
  await untilFailed(stalled);
  expect([whole.failures, stalled.failures]).toEqual([[], ["request-timeout"]]);
});
