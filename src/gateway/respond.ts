// What the gateway says of a route by its configuration alone: its fixed answer, and what every answer says of its end.

import { findSettings, type CorsRule } from "../core/cors/cors-settings.ts";
import type { FixedAnswer } from "../core/routes/fixed-answer.ts";
import type { Retirement } from "../core/routes/retirement.ts";

/** A new one for each request. Of HEAD the platform sends the fields alone. */
export function toFixedResponse({ status, fields, body }: FixedAnswer): Response {
  const headers = new Headers();
  for (const [name, value] of fields) headers.set(name, value);
  return new Response(body, { status, headers });
}

/** On answers of the gateway's own too: whoever is refused is to know as well. */
export function addRetirement(
  { headers }: Response,
  { set, link, exposed }: Retirement,
  cors: CorsRule,
): void {
  for (const [name, value] of set) headers.set(name, value);
  if (link !== undefined) headers.append("Link", link);
  if (findSettings(cors) !== undefined || headers.has("access-control-allow-origin"))
    headers.append("Access-Control-Expose-Headers", exposed);
}
