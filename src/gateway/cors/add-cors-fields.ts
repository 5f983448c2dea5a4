// Puts on an answer what lets pages of other origins read it, whoever made it: the origin, the store or the gateway. What
// the origin says of the same gives way: a browser takes no answer that names two origins.

import { isSameForAll, toAnswerFields } from "../../core/cors/cors-fields.ts";
import type { CorsSettings } from "../../core/cors/cors-settings.ts";

/** After the cache: what is stored serves every page. */
export function addCorsFields(response: Response, cors: CorsSettings, origin: string | null): Response {
  // What is said over a WebSocket is not CORS's business, and its fields cannot be changed.
  if (response.status === 101) return response;
  const { headers } = response;
  const exposed = headers.get("access-control-expose-headers") ?? undefined;
  const fields = toAnswerFields(cors, { origin: origin ?? undefined, exposed });
  for (const name of OF_THE_ORIGIN) headers.delete(name);
  for (const [name, value] of fields ?? []) headers.set(name, value);
  if (!isSameForAll(cors) && !variesByOrigin(headers)) headers.append("Vary", "Origin");
  return response;
}

const OF_THE_ORIGIN = [
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-expose-headers",
];

function variesByOrigin(headers: Headers): boolean {
  return /(?:^|,)[\t ]*(?:origin|\*)[\t ]*(?:,|$)/i.test(headers.get("vary") ?? "");
}
