// Whose score a request belongs to: its address's, or what is held against the address for requests that a page of another
// site may have caused. A page can make its visitors' browsers ask for whatever it likes, and cannot keep them from saying
// so: it must not spoil what visitors do themselves. Whoever only says so is judged by what it says.

import { type CorsRule, findSettings } from "../cors/cors-settings.ts";
import { isNamedOrigin } from "../cors/cors-fields.ts";

const OF_OTHER_SITES = "|cross-site";

type ReadField = (name: string) => string | null | undefined;

/** Whether the browser says that a page of another site caused it, and none that the configuration names. */
export function isOfOtherSite(read: ReadField, cors: CorsRule | undefined): boolean {
  if (read("sec-fetch-site") !== "cross-site") return false;
  const settings = cors === undefined ? undefined : findSettings(cors);
  return settings === undefined || !isNamedOrigin(settings, read("origin") ?? undefined);
}

/** Under which key such requests of a client are scored. */
export function toKeyOfOthers(key: string): string {
  return `${key}${OF_OTHER_SITES}`;
}

/** The client's own key; undefined: this is its own. */
export function findOwnKey(key: string): string | undefined {
  return key.endsWith(OF_OTHER_SITES) ? key.slice(0, -OF_OTHER_SITES.length) : undefined;
}
