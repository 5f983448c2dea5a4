// Why the portal refused a change, as its reader can do something about it.

import type { ApiError } from "../api.ts";

const REASONS: Readonly<Record<string, string>> = {
  full: "You have as many as you may have.",
  "last-key": "It is your only key that works: make another one first.",
  "not-covered": "The key that you signed in with gives less than that one.",
  "key-ended": "The key that you signed in with was revoked.",
  "too-many-calls": "Too many questions at once: wait a moment.",
  "too-many-changes": "You have changed as much as you may in a day.",
  "requests-open": "You have asked for that already, or have three open requests.",
  "no-own-limit": "No limit of your own is called so.",
  answered: "It has been answered already.",
};

export const toReason = ({ code, message }: ApiError): string => REASONS[code] ?? message;
