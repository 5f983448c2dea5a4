// One JSON object a line, each with its line feed.
// Source: https://github.com/ndjson/ndjson-spec

import type { LogFormat } from "./format.ts";

export const ndjson: LogFormat = {
  contentType: "application/x-ndjson",
  encode: (entries) => entries.map(({ shaped }) => `${JSON.stringify(shaped)}\n`).join(""),
};
