import { describe, expect, it } from "vitest";
import { readResponseDirectives } from "../../../src/core/cache/response-directives.ts";
import { type FieldObject, readerOf } from "./samples.ts";

const CDN = "cdn-cache-control";
const CLOUDFLARE = "cloudflare-cdn-cache-control";

describe("findTargetedDirectives() (RFC 9213 section 2)", () => {
  it.each<[string, FieldObject, Readonly<Record<string, unknown>>]>([
    ["the most specific first", { [CLOUDFLARE]: "max-age=1", [CDN]: "max-age=2" }, { maxAge: 1 }],
    [
      "before Cache-Control",
      { [CDN]: "max-age=2", "cache-control": "no-store, max-age=3" },
      { maxAge: 2, noStore: false },
    ],
    [
      "the next when the first cannot be parsed",
      { [CLOUDFLARE]: "max-age=1, &", [CDN]: "max-age=2" },
      { maxAge: 2 },
    ],
    ["the next when the first is empty", { [CLOUDFLARE]: "  ", [CDN]: "max-age=2" }, { maxAge: 2 }],
    [
      "Cache-Control when none can be parsed",
      { [CDN]: "max-age =2", "cache-control": "no-store" },
      { noStore: true, isTargeted: false },
    ],
    ["upper case as unparsable", { [CDN]: "Max-Age=2", "cache-control": "max-age=3" }, { maxAge: 3 }],
    [
      "an unknown word as a policy that says nothing",
      { [CDN]: "none", "cache-control": "no-store" },
      { noStore: false, isTargeted: true },
    ],
    [
      "every directive",
      { [CDN]: "no-store, no-cache, private, must-revalidate" },
      { noStore: true, noCache: true, isPrivate: true, mustRevalidate: true },
    ],
    [
      "field names in strings",
      { [CDN]: 'private="set-cookie", no-cache="x-a"' },
      { isPrivate: false, withheldNames: ["x-a", "set-cookie"] },
    ],
    ["false as not said", { [CDN]: "no-store=?0, max-age=2" }, { noStore: false, maxAge: 2 }],
    ["parameters as nothing", { [CDN]: "max-age=2;x=y" }, { maxAge: 2 }],
    ["the last of two", { [CDN]: "max-age=1, max-age=2" }, { maxAge: 2 }],
    ["a string max-age as unreadable", { [CDN]: 'max-age="10"' }, { maxAge: "invalid" }],
    ["a decimal max-age as unreadable", { [CDN]: "max-age=10.0" }, { maxAge: "invalid" }],
    ["a negative max-age as unreadable", { [CDN]: "max-age=-1" }, { maxAge: "invalid" }],
    ["a token for field names as the whole response", { [CDN]: "private=foo" }, { isPrivate: true }],
    ["more than 2^31 as 2^31", { [CDN]: "max-age=99999999999" }, { maxAge: 2 ** 31 }],
    [
      "other targeted fields not at all",
      {
        "surrogate-control": "max-age=1",
        "example-cdn-cache-control": "max-age=1",
        "cache-control": "max-age=3",
      },
      { maxAge: 3 },
    ],
  ])("takes %s", (_name, fields, expected) => {
    expect(readResponseDirectives(readerOf(fields))).toMatchObject(expected);
  });
});
