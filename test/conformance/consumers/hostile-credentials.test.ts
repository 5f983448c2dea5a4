// Credentials that nobody would send: whatever they are, the answer is never a 500. Eight hundred in every run; as
// many as CREDENTIALS says in a long one.

import fc from "fast-check";
import { expect, it } from "vitest";
import { sendBytes } from "../support/client.ts";
import { issueKey, newKeyText } from "../support/keys.ts";
import { startStand } from "../support/stand.ts";
import { forge } from "../support/tokens.ts";

const COUNT = Number(process.env["CREDENTIALS"] ?? 800);
const CONNECTIONS = 8;
const BATCH = 100;
const SECRET = "a shared secret of more than 32 bytes";

const { gateway } = await startStand(
  {
    auth: {
      apiKeys: { query: "key" },
      attempts: { limit: 1_000_000 },
      issuers: [
        {
          issuer: "secret",
          audience: "api",
          algorithms: ["HS256"],
          secret: "JWT_SECRET",
          claims: { tier: "plan" },
        },
        { issuer: "pem", audience: "api", algorithms: ["RS256"], publicKey: "JWT_PUBLIC_KEY" },
      ],
    },
    access: { deny: { userAgents: ["*evil*bot*"] } },
    tiers: { pro: { p: { limit: 1_000 } } },
    policies: {
      p: {
        algorithm: "token-bucket",
        limit: 100,
        window: "1s",
        key: ["consumer", "jwt:sub"],
        onMissing: "skip",
      },
    },
    routes: [
      {
        path: "/*",
        auth: "optional",
        policies: ["p"],
        cache: { ttl: "1h", key: { headers: ["authorization"] } },
      },
    ],
  },
  { vars: { JWT_SECRET: SECRET, JWT_PUBLIC_KEY: "no PEM" } },
);
const { text: known } = await issueKey(gateway, { tier: "pro" });

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
  .tuple(header, claims, fc.constantFrom(SECRET, "", undefined))
  .map(([...parts]) => forge(...parts));
const whole = fc.oneof(fc.constant(known), fc.constant(newKeyText()), token, text);
const broken = fc
  .tuple(whole, fc.nat(), text)
  .map(([of, at, put]) => of.slice(0, at % (of.length + 1)) + put + of.slice((at % (of.length + 1)) + 1));
const credential = fc.oneof(
  whole,
  broken,
  fc.tuple(whole, whole).map(([a, b]) => `${a} ${b}`),
);

const field = fc.tuple(
  fc.constantFrom("Authorization", "X-API-Key", "X-Consumer", "X-Tier", "User-Agent"),
  fc
    .tuple(fc.constantFrom("", "Bearer ", "bearer", "Bearer\t", "Basic "), credential)
    .map((parts) => parts.join("")),
);
const request = fc.tuple(
  fc.array(field, { maxLength: 3 }),
  fc.option(
    fc
      .tuple(fc.constantFrom("key", "k%65y", "%6Bey", "Key"), credential)
      .map(([name, value]) => `${name}=${encodeQuery(value)}`),
    { nil: undefined },
  ),
);

/** Encoded is what workerd refuses before the gateway: what no URI has, and escapes that are no UTF-8. */
function encodeQuery(value: string): string {
  const escaped = value.replaceAll(/%(?![0-7][0-9a-f])/gi, "%25");
  return escaped.replaceAll(/[^\w.~%=&+,;:@!$()*/?-]/g, encodeURIComponent);
}

function toBytes(
  [fields, query]: readonly [readonly (readonly string[])[], string | undefined],
  isLast: boolean,
): string {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const connection = isLast ? "X-End: 1\r\nConnection: close\r\n" : "";
  return `GET /x${query === undefined ? "" : `?${query}`} HTTP/1.1\r\nHost: a.example\r\n${lines}${connection}\r\n`;
}

it(`${COUNT} hostile credentials get an answer each, and none of them a 5xx`, async () => {
  const seed = Date.now() % 2 ** 31;
  const counts = new Map<string, number>();
  for (let done = 0; done < COUNT; done += CONNECTIONS * BATCH) {
    const batches = Array.from({ length: CONNECTIONS }, (_, at) =>
      fc.sample(request, { numRuns: BATCH, seed: seed + done + at }),
    );
    const answers = await Promise.all(
      batches.map((batch) =>
        sendBytes(gateway, batch.map((one, at) => toBytes(one, at === batch.length - 1)).join(""), 60_000),
      ),
    );
    for (const [at, answer] of answers.entries()) {
      const statuses = [...answer.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status = ""]) => status);
      expect(statuses.length, `answers of seed ${seed + done + at}`).toBe(BATCH);
      expect(
        statuses.filter((status) => status.startsWith("5") && status !== "503"),
        `seed ${seed + done + at}`,
      ).toEqual([]);
      for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
    }
  }
  expect(gateway.logs().filter((line) => line.includes('"crashed"'))).toEqual([]);
  // Otherwise the inputs would all have failed at the same door.
  for (const status of ["200", "400", "401"]) expect(counts.get(status) ?? 0, status).toBeGreaterThan(0);
  expect(counts.get("503") ?? 0).toBeLessThan(COUNT / 4);
}, 600_000);
