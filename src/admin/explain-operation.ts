// Explains a request that is only described: nothing is asked of the origin, and no quota is taken.

import * as v from "valibot";
import { object } from "../core/schema/parse-with.ts";
import type { Identity } from "../core/keys/identity.ts";
import { consumerName, grants } from "../core/control/entries.ts";
import { integer, text, toListSchema, toObjectSchema, yesOrNo } from "./json-schemas.ts";
import { defineOperation, type Operation } from "./operation.ts";
import { toInvalidBody, toJson } from "./problem.ts";
import type { JsonSchema } from "./to-schema.ts";
import { textLike } from "../core/schema/primitives.ts";

const URL_WANTED = 'must be an absolute URL such as "https://api.example.com/a"';
const FIELD_WANTED = "must be an object of at most 64 header fields";
const KEY_WANTED = "must be the id of an API key";

const method = textLike(/^[A-Z][A-Z-]{0,31}$/, 'must be a method in upper case, such as "GET"');
const place = textLike(/^[A-Z0-9]{2}$/, "must be two upper-case letters or digits");
const description = object({
  method: v.optional(method, "GET"),
  url: v.pipe(v.string(URL_WANTED), v.maxLength(8_192, URL_WANTED), v.regex(/^https?:\/\//, URL_WANTED)),
  headers: v.optional(
    v.pipe(
      v.record(v.string(), v.pipe(v.string(FIELD_WANTED), v.maxLength(8_192, FIELD_WANTED)), FIELD_WANTED),
      v.check((fields) => Object.keys(fields).length <= 64, FIELD_WANTED),
    ),
    {},
  ),
  address: v.optional(v.pipe(v.string("must be an address"), v.maxLength(45, "must be an address"))),
  country: v.optional(place),
  continent: v.optional(place),
  consumer: v.optional(consumerName),
  ...grants,
  apiKey: v.optional(v.pipe(v.string(KEY_WANTED), v.maxLength(64, KEY_WANTED))),
});

const reasoned = toObjectSchema({ id: text, reason: text });
const explanation = (): JsonSchema =>
  toObjectSchema(
    {
      problem: text,
      path: text,
      route: toObjectSchema({ index: integer, name: text }),
      preflight: { enum: ["gateway", "origin"] },
      ban: reasoned,
      cost: integer,
      consumer: text,
      isUnlimited: yesOrNo,
      isCached: yesOrNo,
      policies: toListSchema(
        toObjectSchema(
          {
            policy: text,
            limit: integer,
            windowMs: integer,
            decidedBy: { enum: ["policy", "limits", "tier", "override"] },
            override: reasoned,
            counter: {},
            isShadow: yesOrNo,
          },
          ["windowMs", "override"],
        ),
      ),
    },
    ["problem", "path", "route", "preflight", "ban", "cost", "consumer"],
  );

export const explainOperation: Operation = defineOperation({
  name: "explain",
  method: "POST",
  path: "/explain",
  summary:
    "What would become of a request: its route, its policies and their counters, and which override wins",
  isRead: true,
  body: description,
  answer: explanation,
  handle: async ({ controls, body }) => {
    const request = toRequest(body);
    if (request === undefined) {
      const message = "must describe a request that can be sent";
      return toInvalidBody([{ path: "", code: "invalid", message }]);
    }
    await controls.learn();
    return toJson(200, controls.explain(request, toIdentity(body)));
  },
});

/** Whose credential the request is taken to show: nobody is asked whether there is one. */
function toIdentity(described: v.InferOutput<typeof description>): Identity | undefined {
  const { consumer, tier, scopes, apiKey } = described;
  return consumer === undefined ? undefined : { consumer, tier, scopes, apiKey, token: undefined };
}

/** undefined for what the platform does not take for a request. */
function toRequest({ address, ...described }: v.InferOutput<typeof description>): Request | undefined {
  const { url, headers, country, continent } = described;
  try {
    const fields = new Headers(headers);
    // As the platform does: what a client says of its own address is not heard.
    fields.delete("cf-connecting-ip");
    if (address !== undefined) fields.set("cf-connecting-ip", address);
    return new Request(url, {
      method: described.method,
      headers: fields,
      cf: { country, continent } as CfProperties,
    });
  } catch {
    return undefined;
  }
}
