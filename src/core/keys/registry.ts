// The one list of key extractors: what a policy may count by.

import { apiKey } from "./api-key.ts";
import { consumer } from "./consumer.ts";
import { asn } from "./asn.ts";
import { ja4 } from "./ja4.ts";
import { cookie } from "./cookie.ts";
import { country } from "./country.ts";
import { everyone } from "./everyone.ts";
import { form } from "./form.ts";
import { ofFunction } from "./function.ts";
import { header } from "./header.ts";
import { host } from "./host.ts";
import { ip } from "./ip.ts";
import { json } from "./json.ts";
import { jwt } from "./jwt.ts";
import type { KeyExtractor } from "./key-extractor.ts";
import { method } from "./method.ts";
import { param } from "./param.ts";
import { path } from "./path.ts";
import { query } from "./query.ts";

export const keyExtractors = {
  ip,
  header,
  cookie,
  query,
  json,
  form,
  function: ofFunction,
  path,
  param,
  method,
  host,
  country,
  asn,
  ja4,
  consumer,
  "api-key": apiKey,
  jwt,
  everyone,
} as const satisfies Record<string, KeyExtractor>;

export type KeyExtractorName = keyof typeof keyExtractors;
