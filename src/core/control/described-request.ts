// How a request is described that is to be explained and not sent: one schema for the admin API and the command line.

import * as v from "valibot";
import { object } from "../schema/parse-with.ts";
import { toAddressKey } from "../keys/ip.ts";
import { textLike, textThat } from "../schema/primitives.ts";
import { describedClient } from "./described-client.ts";
import { consumerName, grants, keyName } from "./entries.ts";

const URL_WANTED = 'must be an absolute URL such as "https://api.example.com/a"';
const FIELD_WANTED = "must be an object of at most 64 header fields";
const KEY_WANTED = "must be the id of an API key, or the visible beginning of its text";
const CREDENTIAL_WANTED = "must be an API key or a token, in visible ASCII characters";

const method = textLike(/^[A-Z][A-Z-]{0,31}$/, 'must be a method in upper case, such as "GET"');
const place = textLike(/^[A-Z0-9]{2}$/, "must be two upper-case letters or digits");
const fields = object({
  method: v.optional(method, "GET"),
  url: v.pipe(v.string(URL_WANTED), v.maxLength(8_192, URL_WANTED), v.regex(/^https?:\/\//, URL_WANTED)),
  headers: v.optional(
    v.pipe(
      v.record(v.string(), v.string(FIELD_WANTED), FIELD_WANTED),
      // Of all of them at once: what is too long may be a credential, and is in no message.
      v.check(
        (given) =>
          Object.keys(given).length <= 64 && Object.values(given).every(({ length }) => length <= 8_192),
        FIELD_WANTED,
      ),
    ),
    {},
  ),
  address: v.optional(textThat((text) => toAddressKey(text) !== undefined, "must be an address")),
  country: v.optional(place),
  continent: v.optional(place),
  ...describedClient,
  consumer: v.optional(consumerName),
  ...grants,
  apiKey: v.optional(keyName(KEY_WANTED)),
  credential: v.optional(
    v.pipe(v.string(CREDENTIAL_WANTED), v.regex(/^[\x21-\x7e]{1,8192}$/, CREDENTIAL_WANTED)),
  ),
});
export const describedRequest = v.pipe(
  fields,
  v.check(
    ({ consumer, apiKey, credential }) =>
      [consumer, apiKey, credential].filter((given) => given !== undefined).length <= 1,
    "must name one of consumer, apiKey and credential at most",
  ),
);
export type DescribedRequest = v.InferOutput<typeof describedRequest>;
