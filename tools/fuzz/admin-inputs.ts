// Requests to the admin API that nobody would send: of every operation that its document names, with bodies, parameters,
// tags and tokens that are right, nearly right, or anything at all.

import fc from "fast-check";
import type { Input } from "./input.ts";
import { MEMBER_NAMES, RIGHT_QUERIES, toPlausibleValues, toRightBodies } from "./plausible.ts";

export const TOKENS = { ADMIN_TOKEN: "a-token-of-the-operator", ADMIN_READ_TOKEN: "a-token-that-only-reads" };

export interface Operation {
  /** With the prefix; parameters as "{id}". */
  readonly path: string;
  readonly method: string;
  readonly hasBody: boolean;
}

const parameter = fc.tuple(
  fc.constantFrom(...MEMBER_NAMES, "nobody"),
  fc.oneof(fc.constantFrom("api", "1", "0", "x", "192.0.2.1"), fc.string({ maxLength: 12 })),
);
const query = fc
  .array(parameter, { maxLength: 4 })
  .map((parameters) => new URLSearchParams(parameters).toString());

/** A number becomes an id of the operation's kind: all kinds are numbered together. */
const id = fc.oneof(
  { weight: 6, arbitrary: fc.nat(300) },
  { weight: 1, arbitrary: fc.constantFrom("0", "1", "2", "k1", "o1") },
  { weight: 2, arbitrary: fc.stringMatching(/^[\w.~%-]{1,12}$/) },
);

function toId(given: string | number, path: string): string {
  if (typeof given === "string") return given;
  return path.includes("/versions/") ? String(given) : `${/\/v1\/(\w)/.exec(path)?.[1] ?? "k"}${given}`;
}

function toQuery(given: string, path: string): string {
  const right = Object.entries(RIGHT_QUERIES).find(([end]) => path.endsWith(end))?.[1] ?? "";
  const written = given === "" ? right : given;
  return written === "" ? "" : `?${written}`;
}

const ifMatch = fc.constantFrom(
  undefined,
  "*",
  "*",
  '"1"',
  '"2"',
  'W/"1"',
  '"x"',
  "1",
  '"1", "2"',
  '"99999999999999999999"',
);

/** undefined is what is right for the operation: what comes after it has something to work on. */
function toBody(config: object): fc.Arbitrary<string | undefined> {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<unknown>(...toPlausibleValues(config)) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  );
  const members = fc.dictionary(fc.constantFrom(...MEMBER_NAMES), value, { maxKeys: 6 });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 6, arbitrary: members.map((given) => JSON.stringify(given)) },
    { weight: 1, arbitrary: value.map((given) => JSON.stringify(given)) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  );
}

/** `config` is one that the gateway takes. */
export function createAdminInputs(operations: readonly Operation[], config: object): fc.Arbitrary<Input> {
  const right = Object.entries(toRightBodies(config));
  const toRight = ({ path }: Operation): object => right.find(([end]) => path.endsWith(end))?.[1] ?? {};
  const asked = fc.record({
    operation: fc.constantFrom(...operations),
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constant<string | undefined>(undefined) },
      { weight: 1, arbitrary: fc.constantFrom("GET", "PUT", "HEAD", "OPTIONS", "DELETE") },
    ),
    id,
    query: fc.oneof({ weight: 2, arbitrary: fc.constant("") }, query),
    body: toBody(config),
    ifMatch,
    repeat: fc.constantFrom(undefined, "a", "b", "", "x".repeat(300)),
    token: fc.oneof(
      { weight: 12, arbitrary: fc.constant(TOKENS.ADMIN_TOKEN) },
      fc.constantFrom(TOKENS.ADMIN_READ_TOKEN, "x", "\u00e4"),
    ),
    address: fc.nat(65_535).map((host) => `198.18.${host >> 8}.${host & 255}`),
  });
  return asked.map(({ operation, method = operation.method, ...given }) => ({
    group: `${operation.method} ${operation.path.replace(/^.*?\/v1/, "")}`,
    method,
    target: `${operation.path.replace(/\{\w+\}/, toId(given.id, operation.path))}${toQuery(given.query, operation.path)}`,
    fields: [
      ["CF-Connecting-IP", given.address],
      ["Authorization", `Bearer ${given.token}`],
      ...(given.ifMatch === undefined ? [] : [["If-Match", given.ifMatch] as const]),
      ...(given.repeat === undefined ? [] : [["Idempotency-Key", given.repeat] as const]),
    ],
    body: operation.hasBody ? (given.body ?? JSON.stringify(toRight(operation))) : "",
  }));
}
