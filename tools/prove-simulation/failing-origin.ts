// An origin that answers everything with 200, and /broken with 503 every other time.

import { type FuzzOrigin, startOrigin } from "../fuzz/start-origin.ts";

export async function startFailingOrigin(): Promise<FuzzOrigin> {
  let asked = 0;
  return startOrigin((path) => (path.startsWith("/broken") && (asked += 1) % 2 === 0 ? 503 : 200));
}
