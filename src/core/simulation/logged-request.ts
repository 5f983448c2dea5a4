// A request as an access log tells of it: what a replay needs, and no more than the log knows.

export interface LoggedRequest {
  /** When it arrived, epoch milliseconds; where the log has only its end and not how long it took, its end. */
  readonly atMs: number;
  readonly method: string;
  /** Lower case, without a port; undefined: the log does not say it. */
  readonly host: string | undefined;
  /** The path and the query as they were sent; undefined in the gateway's own lines, which name the route. */
  readonly target: string | undefined;
  /** The name of the gateway's route. */
  readonly route?: string | undefined;
  readonly address: string | undefined;
  readonly country?: string | undefined;
  readonly asn?: number | undefined;
  readonly consumer?: string | undefined;
  readonly tier?: string | undefined;
  /** Its answer's status. */
  readonly status: number | undefined;
  /** The cache answered it. */
  readonly isHit?: boolean | undefined;
  /** Header fields, by lower-case name. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Why a line is no request: "not-http" is a connection that sent none; "not-a-request" a line that tells of something
 * else, or of a request a second time; "unreadable" all that is in no known form.
 */
export type LineProblem = "not-http" | "not-a-request" | "unreadable";

export type ParsedLine = LoggedRequest | LineProblem;

/** Splits what stands after the method of a request line: a host where it is one of a proxy (RFC 9112 section 3.2.2). */
export function splitTarget(
  written: string,
): { readonly host?: string; readonly target: string } | undefined {
  if (written.startsWith("/")) return { target: written };
  const [, authority, rest = ""] = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(written) ?? [];
  if (authority === undefined) return undefined;
  return { host: toHost(authority), target: rest.startsWith("/") ? rest : `/${rest}` };
}

/** Lower case, without a port. */
export function toHost(authority: string): string {
  return authority.replace(/^.*@/, "").replace(/:\d*$/, "").toLowerCase();
}

/** "GET /path HTTP/1.1"; undefined where it is none. */
export function splitRequestLine(
  line: string,
): { readonly method: string; readonly host?: string; readonly target: string } | undefined {
  const [, method, written] =
    /^([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/.exec(line) ?? [];
  const split = written === undefined ? undefined : splitTarget(written);
  return method === undefined || split === undefined ? undefined : { method, ...split };
}
