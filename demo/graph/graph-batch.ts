// Calls in one: what a POST to the root of the Graph API stand-in has in its `batch`, in a form or in JSON. Pure.

const MEMBERS_MAX = 50;

export interface BatchMember {
  /** With a slash at its beginning. */
  readonly target: string;
}

/** undefined: it is no batch. */
export function readBatch(method: string, target: string, body: string): readonly BatchMember[] | undefined {
  const [path = "/", query = ""] = target.split("?", 2);
  if (method !== "POST" || !/^\/(?:v\d{1,3}\.\d\/?)?$/.test(path)) return undefined;
  const version = path.replace(/\/$/, "");
  const members = parseBatch(body.startsWith("{") ? body : formOf(body, query));
  return members?.slice(0, MEMBERS_MAX).map((member) => ({ target: `${version}/${urlOf(member)}` }));
}

/** The form's field as JSON: parameters may stand in the query too. */
function formOf(body: string, query: string): string {
  const batch = new URLSearchParams(body).get("batch") ?? new URLSearchParams(query).get("batch");
  return batch === null ? "{}" : `{"batch":${batch}}`;
}

function parseBatch(json: string): readonly unknown[] | undefined {
  try {
    const { batch } = JSON.parse(json) as { readonly batch?: unknown };
    const members: unknown = typeof batch === "string" ? JSON.parse(batch) : batch;
    return Array.isArray(members) ? members : undefined;
  } catch {
    return undefined;
  }
}

function urlOf(member: unknown): string {
  const { relative_url: url } = (member ?? {}) as { readonly relative_url?: unknown };
  return typeof url === "string" ? url.replace(/^\/+/, "") : "";
}
