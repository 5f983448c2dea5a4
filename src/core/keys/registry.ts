// The one list of key extractors: what a policy may count by.

import { apiKey } from "./api-key.ts";
import { consumer } from "./consumer.ts";
import { cookie } from "./cookie.ts";
import { country } from "./country.ts";
import { header } from "./header.ts";
import { host } from "./host.ts";
import { ip } from "./ip.ts";
import { jwt } from "./jwt.ts";
import type { KeyExtractor } from "./key-extractor.ts";
import { method } from "./method.ts";
import { path } from "./path.ts";
import { query } from "./query.ts";

export const keyExtractors = {
  ip,
  header,
  cookie,
  query,
  path,
  method,
  host,
  country,
  consumer,
  "api-key": apiKey,
  jwt,
} as const satisfies Record<string, KeyExtractor>;

export type KeyExtractorName = keyof typeof keyExtractors;
