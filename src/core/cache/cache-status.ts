// The Cache-Status field (RFC 9211): what this cache did, as the last member of the list, after the origin's own.

import type { ForwardReason } from "./request-plan.ts";

/** A hit or a forward, never both (section 2.2). */
export type CacheStatus =
  | { readonly kind: "hit"; readonly ttlMs?: number; readonly detail?: string }
  | {
      readonly kind: "forward";
      readonly reason: ForwardReason;
      /** The origin's status, where it is not the one that is sent (section 2.3). */
      readonly forwardStatus?: number;
      readonly ttlMs?: number;
      readonly stored?: boolean;
      /** Whether waiting for another request's answer served this one; undefined: it did not wait (section 2.6). */
      readonly collapsed?: boolean;
      readonly detail?: string;
    };

/** What the cache made of a request, in a word. */
export type CacheResult = "hit" | "stale" | "revalidated" | "collapsed" | "miss" | "bypass";

export function toCacheResult(status: CacheStatus): CacheResult {
  if (status.kind === "hit") return (status.ttlMs ?? 0) < 0 ? "stale" : "hit";
  const { reason, forwardStatus, collapsed, detail } = status;
  if (collapsed === true) return "collapsed";
  if (detail?.startsWith("stale-if-") === true) return "stale";
  if (forwardStatus === 304) return "revalidated";
  return reason === "bypass" || reason === "method" || reason === "request" ? "bypass" : "miss";
}

/** A Structured Field token (RFC 9651 section 3.3.4). */
const TOKEN = /^[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*$/;

/** The field's value. `received` is the origin's, which is kept as it is (section 2). `name` is this deployment's. */
export function toCacheStatus(
  received: string | null | undefined,
  name: string,
  status: CacheStatus,
): string {
  const member = `${toItem(name)}${toParameters(status)}`;
  return received === null || received === undefined || received.trim() === ""
    ? member
    : `${received}, ${member}`;
}

function toParameters(status: CacheStatus): string {
  const isForward = status.kind === "forward";
  let written = isForward ? `; fwd=${status.reason}` : "; hit";
  if (isForward && status.forwardStatus !== undefined) written += `; fwd-status=${status.forwardStatus}`;
  if (status.ttlMs !== undefined) written += `; ttl=${Math.floor(status.ttlMs / 1_000)}`;
  if (isForward && status.stored === true) written += "; stored";
  // Only meaningful when something was forwarded, even if by another request (section 2.6).
  if (isForward && status.collapsed !== undefined)
    written += status.collapsed ? "; collapsed" : "; collapsed=?0";
  if (status.detail !== undefined) written += `; detail=${toItem(status.detail)}`;
  return written;
}

/** A text as a token where it can be one, else as a string; what neither may contain is dropped. */
function toItem(text: string): string {
  if (TOKEN.test(text)) return text;
  return `"${text.replaceAll(/[^ -~]/g, "").replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
