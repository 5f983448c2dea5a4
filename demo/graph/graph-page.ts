// The pages of an edge: with a `limit` in its query, a call gets so many of its hundred items, and the URL of the next, which
// repeats all parameters of the call, the token among them, as the real one does. Pure.

const ITEMS = 100;
const LIMIT_MAX = 100;

export interface GraphPage {
  readonly data: readonly { readonly id: string }[];
  readonly paging: { readonly next?: string };
}

/** undefined: no pages are asked for. `self` is what the API calls itself by. */
export function toPage(target: string, self: string): GraphPage | undefined {
  const url = new URL(target, self);
  const limit = Math.min(LIMIT_MAX, Number(url.searchParams.get("limit") ?? 0));
  if (!(limit >= 1)) return undefined;
  const after = Number(url.searchParams.get("after") ?? 0);
  const data = Array.from({ length: Math.min(limit, ITEMS - after) }, (_, at) => ({
    id: String(after + at + 1),
  }));
  if (after + limit >= ITEMS) return { data, paging: {} };
  url.searchParams.set("after", String(after + limit));
  return { data, paging: { next: self + url.pathname + url.search } };
}
