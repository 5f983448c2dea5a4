// Credentials that nobody would send: keys and tokens that are right, damaged, doubled, forged, or no such thing, in every
// place where one may stand.

import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { forge } from "./forge-token.ts";
import type { Input } from "./input.ts";

export const JWT_SECRET = "a shared secret of more than 32 bytes";

// What a field line may hold: a parser that refuses the line would never show it to the gateway.
const letter = fc.oneof(
  fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  fc.constantFrom(" ", "\t", "\u0080", "\u00ff", "=", ".", ",", '"', "%", "+", "&"),
);
const text = fc.string({ unit: letter, maxLength: 60 });

const claim = fc.oneof(
  fc.constantFrom<unknown>(
    "secret",
    "pem",
    "api",
    "ann",
    0,
    -1,
    1e308,
    4_102_444_800,
    null,
    true,
    "",
    [],
    {},
  ),
  fc.jsonValue(),
);
const claims = fc
  .record(
    { sub: claim, aud: claim, exp: claim, nbf: claim, iat: claim, scope: claim, plan: claim, iss: claim },
    { requiredKeys: [] },
  )
  .chain((given) =>
    fc.constantFrom(
      given,
      { ...given, iss: "secret", aud: "api", exp: 4_102_444_800 },
      { ...given, iss: "pem" },
    ),
  );
const header = fc.oneof(
  fc.constantFrom<unknown>(
    { alg: "HS256" },
    { alg: "none" },
    { alg: "RS256" },
    { alg: "HS256", crit: ["b64"], b64: false },
  ),
  fc.jsonValue(),
);
const token = fc
  .tuple(header, claims, fc.constantFrom(JWT_SECRET, "", undefined))
  .map(([...parts]) => forge(...parts));

/** The second one is cached: by whose credential an answer is stored is tried too, but storing costs most of the time. */
const path = fc.oneof(
  { weight: 7, arbitrary: fc.constant("/json") },
  { weight: 1, arbitrary: fc.constant("/cacheable") },
);

/** `known` is the text of a key that opens. */
export function createCredentialInputs(known: string): fc.Arbitrary<Input> {
  const unknown = fc.constant(0).map(() => `${known.slice(0, -20)}${randomBytes(10).toString("hex")}`);
  const whole = fc.oneof(fc.constant(known), unknown, token, text);
  const damaged = fc.tuple(whole, fc.nat(), text).map(([of, at, put]) => {
    const place = at % (of.length + 1);
    return `${of.slice(0, place)}${put}${of.slice(place + 1)}`;
  });
  const two = fc.tuple(whole, whole).map(([a, b]) => `${a} ${b}`);
  const credential = fc.oneof(whole, damaged, two);
  const scheme = fc.constantFrom("", "Bearer ", "bearer", "Bearer\t", "Basic ");
  const field = fc.tuple(
    fc.constantFrom("Authorization", "X-API-Key", "X-Consumer", "X-Tier", "User-Agent"),
    fc.tuple(scheme, credential).map((parts) => parts.join("")),
  );
  const parameter = fc
    .tuple(fc.constantFrom("key", "k%65y", "%6Bey", "Key"), credential)
    .map(([name, value]) => `?${name}=${encodeQuery(value)}`);
  return fc
    .tuple(fc.array(field, { maxLength: 3 }), fc.oneof(fc.constant(""), parameter), path)
    .map(([fields, query, of]) => ({
      group: toGroup(
        fields.map(([name]) => name),
        query,
      ),
      method: "GET",
      target: `${of}${query}`,
      fields,
      body: "",
    }));
}

function toGroup(names: readonly string[], query: string): string {
  const places = [
    ...new Set(names.filter((name) => /^(?:Authorization|X-API-Key)$/.test(name))),
    ...(query === "" ? [] : ["query"]),
  ];
  return `credential: ${places.length === 0 ? "none" : places.sort().join(", ")}`;
}

/** Encoded is what workerd refuses before the gateway: what no URI has, and escapes that are no UTF-8. */
function encodeQuery(value: string): string {
  const escaped = value.replaceAll(/%(?![0-7][0-9a-f])/gi, "%25");
  return escaped.replaceAll(/[^\w.~%=&+,;:@!$()*/?-]/g, encodeURIComponent);
}
