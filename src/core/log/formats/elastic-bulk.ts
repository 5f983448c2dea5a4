// Elasticsearch's (and OpenSearch's) bulk API, POST /<target>/_bulk: an action and a document a line, the last one with its
// line feed too. `create` is the one action that data streams take, and with an id a batch that comes twice is stored
// once; a data stream needs `@timestamp`.
// Source: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk

import type { LogFormat } from "./format.ts";

/** The document is there: it came before. */
const CONFLICT = 409;

interface Item {
  readonly create?: { readonly status?: number };
}

export const elasticBulk: LogFormat = {
  contentType: "application/x-ndjson",
  encode: (entries, { batchId }) =>
    entries
      .map(({ line, shaped }, at) => {
        const action = JSON.stringify({ create: { _id: `${batchId}-${at}` } });
        return `${action}\n${JSON.stringify({ "@timestamp": line.time, ...shaped })}\n`;
      })
      .join(""),
  countRefused: (answer) => {
    const { items } = (answer ?? {}) as { readonly items?: unknown };
    if (!Array.isArray(items)) return 0;
    return (items as readonly Item[]).filter(isRefused).length;
  },
};

function isRefused(item: Item | null): boolean {
  const status = item?.create?.status ?? 0;
  return status >= 300 && status !== CONFLICT;
}
