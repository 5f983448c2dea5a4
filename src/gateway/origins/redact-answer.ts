// Takes a credential of the gateway's out of an origin's answer, wherever the origin repeats it: of its header fields, and of
// its body as it passes. A secret becomes as many asterisks, so lengths and positions stay what they were.

import type { SecretFinder } from "../../core/origins/secret-finder.ts";
import { parseUnits } from "../../core/policies/route-cost.ts";
import { toReader } from "../../platform/body-reader.ts";
import { createPipe } from "../../platform/pipe-stream.ts";
import { concatenate } from "../../platform/read-up-to.ts";
import { err, ok, type Result } from "../../core/result.ts";

/** What the platform can decode; in anything else nothing is found. */
const CODINGS: ReadonlyMap<string, "gzip" | "deflate"> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
]);
/** Fields that are said of the coded bytes. */
export const OF_THE_BYTES = [
  "content-encoding",
  "content-length",
  "content-md5",
  "content-digest",
  "repr-digest",
  "digest",
];
const ASTERISK = 42;

/** An answer without the secrets, or why it must not pass. */
export function redactAnswer(answer: Response, finder: SecretFinder): Result<Response, string> {
  const { body, headers, status, webSocket } = answer;
  redactFields(headers, finder);
  const statusText = finder.redact(answer.statusText);
  if (webSocket !== null) return ok(answer);
  if (body === null) return ok(new Response(null, { status, statusText, headers }));
  const coding = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  const format = CODINGS.get(coding);
  if (format === undefined && coding !== "" && coding !== "identity") return err(`coding ${coding}`);
  if (format !== undefined) forgetBytes(headers);
  const plain = format === undefined ? body : body.pipeThrough(new DecompressionStream(format));
  const { readable, writable } = createPipe(parseUnits(headers.get("content-length") ?? undefined));
  void redactStream(plain, writable, finder);
  return ok(new Response(readable, { status, statusText, headers, encodeBody: "manual" }));
}

function redactFields(headers: Headers, finder: SecretFinder): void {
  for (const [name, value] of Array.from(headers))
    if (name !== "set-cookie" && finder.has(value)) headers.set(name, finder.redact(value));
  const cookies = headers.getSetCookie();
  if (!cookies.some((line) => finder.has(line))) return;
  headers.delete("set-cookie");
  for (const line of cookies) headers.append("set-cookie", finder.redact(line));
}

/** What is decoded is another form of the same: its tag is a weak one (RFC 9110 section 8.8.1). */
function forgetBytes(headers: Headers): void {
  for (const name of OF_THE_BYTES) headers.delete(name);
  const tag = headers.get("etag");
  if (tag?.startsWith('"') === true) headers.set("etag", `W/${tag}`);
}

/** Holds back nothing but what may be the beginning of a secret. Never rejects. */
async function redactStream(
  source: ReadableStream<Uint8Array>,
  target: WritableStream<Uint8Array>,
  finder: SecretFinder,
): Promise<void> {
  const reader = toReader(source);
  const writer = target.getWriter();
  // One character for each byte, and of ASCII the same.
  const decoder = new TextDecoder("latin1");
  let held = new Uint8Array();
  try {
    for (let piece = await reader.read(); piece !== undefined; piece = await reader.read()) {
      const bytes =
        held.byteLength === 0 ? piece : concatenate([held, piece], held.byteLength + piece.byteLength);
      const text = decoder.decode(bytes);
      let end = 0;
      for (const [from, to] of finder.find(text)) {
        bytes.fill(ASTERISK, from, to);
        end = to;
      }
      const whole = finder.findUnfinished(text, end);
      held = bytes.slice(whole);
      if (whole > 0) await writer.write(bytes.subarray(0, whole));
    }
    if (held.byteLength > 0) await writer.write(held);
    await writer.close();
  } catch (error) {
    await Promise.allSettled([writer.abort(error), reader.cancel(error)]);
  }
}
