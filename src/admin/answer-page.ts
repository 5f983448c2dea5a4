// Answers with the dashboard. The page is the same for everybody and shows nothing by itself: what it shows it asks of the
// admin API, with the token that its reader signs in with.

import { toProblem } from "./problem.ts";

const LINE_END = 0x0a;

/** The file that the build made: a Content-Security-Policy, a line end, and the page in brotli (src/cli/build-page.ts). */
export async function answerPage({ method }: Pick<Request, "method">): Promise<Response> {
  if (method !== "GET") return toProblem(405, "method-not-allowed", {}, { Allow: "GET, HEAD" });
  // Read when it is first asked for: at start-up nobody waits for it.
  const { default: file } = await import("./dashboard.bin");
  const bytes = new Uint8Array(file);
  const end = bytes.indexOf(LINE_END);
  return new Response(bytes.subarray(end + 1), {
    // The platform codes it anew for a client that does not take brotli.
    encodeBody: "manual",
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Encoding": "br",
      "Content-Security-Policy": new TextDecoder().decode(bytes.subarray(0, end)),
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
    },
  });
}
