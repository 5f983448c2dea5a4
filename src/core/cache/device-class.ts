// The kind of device that a request comes from, coarse enough to be a cache key: three values, whatever clients send.

import type { FieldReader } from "./fields.ts";

export type DeviceClass = "mobile" | "tablet" | "desktop";

const TABLET = /ipad|tablet|kindle|silk\/|playbook/i;
const ANDROID = /android/i;
const MOBILE = /mobi|iphone|ipod|windows phone|opera mini/i;

/** Sec-CH-UA-Mobile where it is sent, else a guess by User-Agent. */
export function toDeviceClass(fields: FieldReader): DeviceClass {
  const agent = fields.get("user-agent") ?? "";
  if (TABLET.test(agent)) return "tablet";
  if (fields.get("sec-ch-ua-mobile") === "?1" || MOBILE.test(agent)) return "mobile";
  // Android says "Mobile" on telephones only.
  return ANDROID.test(agent) ? "tablet" : "desktop";
}
