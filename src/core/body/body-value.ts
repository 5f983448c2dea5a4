// What a request's body has at a place that limits read. What cannot be known for certain is "unknown", and never passes
// for "missing": an origin may read what the gateway cannot.

export type BodyValue =
  /** There is no body, or it has no such member, or null. */
  | { readonly kind: "missing" }
  /** It cannot be read, is too long, or stands there in two ways of which an origin may take either. */
  | { readonly kind: "unknown" }
  | { readonly kind: "text"; readonly text: string }
  /** As it is written. */
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "boolean"; readonly text: string }
  | { readonly kind: "list"; readonly count: number }
  | { readonly kind: "object" };

export const MISSING: BodyValue = Object.freeze({ kind: "missing" });
export const UNKNOWN: BodyValue = Object.freeze({ kind: "unknown" });
