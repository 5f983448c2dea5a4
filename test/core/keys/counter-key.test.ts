import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MissingRule, toCounterKey, toObjectName } from "../../../src/core/keys/counter-key.ts";
import { parseKey } from "../../../src/core/keys/parse-key.ts";
import { anyText } from "../any-text.ts";
import { type FactsGiven, toFacts } from "./to-facts.ts";
import { toRuns } from "../../property-runs.ts";

const SHARDS = 64;

interface Given extends FactsGiven {
  readonly onMissing?: MissingRule;
  readonly shards?: number;
}

interface Owned {
  readonly key: string;
  readonly object: string;
}

function read(key: string | readonly string[], given: Given = {}): Owned | "skip" | "deny" {
  const parts = parseKey(key, "key");
  if (!parts.ok) throw new Error(JSON.stringify(parts.error));
  const { onMissing = "shared", shards = SHARDS } = given;
  const facts = toFacts(given);
  const counterKey = toCounterKey(parts.value, facts, { onMissing });
  if (typeof counterKey === "string") return counterKey;
  return { key: counterKey.key, object: toObjectName(counterKey, facts, shards) };
}

function readKey(key: string | readonly string[], given: Given = {}): Owned {
  const owned = read(key, given);
  if (typeof owned === "string") throw new Error(owned);
  return owned;
}

/** The key of three headers' values. */
function toTupleKey(values: readonly (string | undefined)[]): string {
  const names = ["a", "b", "c"];
  const present = values.flatMap((text, index) => (text === undefined ? [] : [[names[index] ?? "", text]]));
  return readKey(["header:a", "header:b", "header:c"], { headers: Object.fromEntries(present) }).key;
}

function toKeyOfLength(length: number): string {
  return readKey("path", { path: "x".repeat(length) }).key;
}

const toHash = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

describe("toCounterKey()", () => {
  test("writes each value with its part and its length", () => {
    const given = { address: "1.2.3.4", path: "/a" };
    expect(readKey(["ip", "path", "method", "country"], given).key).toBe(
      "ip=7:1.2.3.4|path=2:/a|method=3:GET|country=-",
    );
  });

  const ann = { consumer: "ann", tier: undefined, scopes: [], apiKey: "k1", token: undefined };

  test("gives a credential an object of its own, and what is not accepted none", () => {
    const own = readKey("consumer", { identity: ann }).object;
    expect(own).toMatch(/^credential:[0-9a-f]{64}$/);
    expect(readKey(["path", "consumer"], { identity: ann }).object).toBe(own);
    expect(readKey("consumer", { identity: { ...ann, apiKey: "k2" } }).object).toBe(own);
    expect(readKey("consumer", { identity: { ...ann, consumer: "bob" } }).object).not.toBe(own);
    expect(readKey("api-key", { identity: ann }).object).not.toBe(own);
    for (const key of ["consumer", "api-key", "jwt:sub"])
      expect(readKey(key, { headers: { "x-consumer": "ann" } }).object).toMatch(/^world:\d+$/);
  });

  test("places a key with an address by the address, whoever is calling", () => {
    const given = { address: "1.2.3.4", continent: "EU" };
    expect(readKey(["consumer", "ip"], { ...given, identity: ann }).object).toBe(readKey("ip", given).object);
  });

  test("has a key of its own for each variant, in the same object", () => {
    const [parts] = [parseKey("ip", "key")];
    if (!parts.ok) throw new Error("ip");
    const facts = toFacts({ address: "1.2.3.4" });
    const keys = ["", "POST * *", "GET * *"].map((variantName) => {
      const counterKey = toCounterKey(parts.value, facts, { onMissing: "shared", variantName });
      return typeof counterKey === "string" ? counterKey : counterKey.key;
    });
    expect(keys).toEqual(["ip=7:1.2.3.4", "ip=7:1.2.3.4|limits=8:POST * *", "ip=7:1.2.3.4|limits=7:GET * *"]);
  });

  test("reads a header by any case of its name", () => {
    const given = { headers: { "x-api-key": "k" } };
    expect(readKey("header:X-API-KEY", given)).toEqual(readKey("header:x-api-key", given));
  });

  const missing: readonly (readonly [onMissing: MissingRule, wanted: unknown])[] = [
    ["skip", "skip"],
    ["deny", "deny"],
    ["shared", { key: toHash("ip=7:1.2.3.4|header:a=-"), object: expect.any(String) as string }],
  ];
  test.each(missing)("of a missing part: %s", (onMissing, wanted) => {
    expect(read(["ip", "header:a"], { address: "1.2.3.4", onMissing })).toEqual(wanted);
    const whole = read(["ip", "header:a"], { address: "1.2.3.4", headers: { a: "" }, onMissing });
    expect(whole).toMatchObject({ key: toHash("ip=7:1.2.3.4|header:a=0:") });
  });

  test("keeps a missing value, an empty one and every text that looks like one apart", () => {
    const values = [undefined, "", "-", "0:", "=", "|", "undefined", "null"];
    const keys = values.map(
      (value) => readKey("header:a", value === undefined ? {} : { headers: { a: value } }).key,
    );
    expect(new Set(keys).size).toBe(values.length);
  });

  test("never gives two tuples of values one key", () => {
    const tricky = fc
      .array(fc.constantFrom("|", "=", ":", "-", "0", "1", "9", "a", "header:b", "=1:", "|header:c=-"), {
        maxLength: 5,
      })
      .map((parts) => parts.join(""));
    const long = fc.tuple(tricky, fc.nat(200)).map(([text, times]) => text + "x".repeat(times));
    const value = fc.option(fc.oneof(tricky, long, fc.string()), { nil: undefined });
    const tuple = fc.tuple(value, value, value);
    fc.assert(
      fc.property(tuple, tuple, (one, other) => {
        const isSame = one.every((text, index) => text === other[index]);
        expect(toTupleKey(one) === toTupleKey(other)).toBe(isSame);
      }),
      { numRuns: toRuns(500) },
    );
    // What a naive join of values would take for one another.
    expect(toTupleKey(["1|header:b=1:1", undefined, ""])).not.toBe(toTupleKey(["1", "1", ""]));
    expect(toTupleKey(["a", "", "b"])).not.toBe(toTupleKey(["a", "b", ""]));
  });

  test("never gives two lists of parts one key", () => {
    const given = {
      address: "1.2.3.4",
      path: "/",
      headers: { a: "v", "a|b": "v" },
      cookies: { a: "v" },
      query: { a: "v" },
    };
    const lists = [
      ["ip"],
      ["path"],
      ["ip", "path"],
      ["path", "ip"],
      ["header:a"],
      ["cookie:a"],
      ["query:a"],
      ["header:a|b"],
      ["header:a", "query:a"],
      ["method"],
      ["host"],
      ["country"],
      ["ip", "ip"],
    ];
    const keys = lists.map((list) => readKey(list, given).key);
    expect(new Set(keys).size).toBe(lists.length);
  });

  test("is of at most 160 characters, and tells long values apart by their SHA-256", () => {
    fc.assert(
      fc.property(anyText, fc.nat(300), (text, times) => {
        const { key } = readKey(["header:a", "query:b"], { headers: { a: text + "x".repeat(times) } });
        expect(key.length).toBeLessThanOrEqual(160);
      }),
    );
    const long = "k".repeat(65_536);
    const { key } = readKey("header:a", { headers: { a: long } });
    expect(key).toBe(`sha256:${createHash("sha256").update(`header:a=65536:${long}`).digest("hex")}`);
    expect(readKey("header:a", { headers: { a: `${long}k` } }).key).not.toBe(key);
  });

  test("hashes from the first character that is too many", () => {
    expect(toKeyOfLength(151)).toHaveLength(160);
    expect(toKeyOfLength(151)).toMatch(/^path=151:x+$/);
    expect(toKeyOfLength(152)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test.each(["header:authorization", "cookie:sid", "query:token"])(
    "never holds a value of %s as it was sent",
    (part) => {
      const secret = "s3cret";
      const given = {
        headers: { authorization: secret },
        cookies: { sid: secret },
        query: { token: secret },
      };
      expect(readKey(["path", part], { ...given, path: "/" }).key).not.toContain(secret);
    },
  );
});

describe("the object of a counter key", () => {
  const client = { address: "2001:db8:1:2::1", continent: "EU" };

  test("is one for all keys with the client's address, wherever it stands and whatever comes with it", () => {
    const { object } = readKey("ip", client);
    fc.assert(
      fc.property(anyText, anyText, (path, value) => {
        const given = { ...client, path, headers: { a: value } };
        for (const key of [
          ["ip", "path"],
          ["path", "ip"],
          ["header:a", "method", "ip"],
          ["country", "ip"],
        ]) {
          expect(readKey(key, given).object).toBe(object);
        }
      }),
    );
  });

  test("is one for a whole /64 and for every way of writing an address", () => {
    const objects = ["2001:db8:1:2::1", "2001:DB8:1:2:ffff::", "2001:0db8:0001:0002:0:0:0:1"].map(
      (address) => readKey("ip", { ...client, address }).object,
    );
    expect(new Set(objects).size).toBe(1);
    expect(readKey("ip", { ...client, address: "::ffff:1.2.3.4" })).toEqual(
      readKey("ip", { ...client, address: "1.2.3.4" }),
    );
  });

  test("is in the client's continent with an address, and one for the whole world without", () => {
    expect(readKey(["path", "ip"], client).object).toMatch(/^EU:\d+$/);
    expect(readKey("ip", { address: "1.2.3.4" }).object).toMatch(/^unknown:\d+$/);
    expect(readKey("header:a", { ...client, headers: { a: "v" } }).object).toMatch(/^world:\d+$/);
  });

  test("is that of the first part where no part is an address", () => {
    const objectOf = (path: string): string =>
      readKey(["header:a", "path"], { path, headers: { a: "v" } }).object;
    expect(objectOf("/a")).toBe(objectOf("/b"));
    expect(objectOf("/a")).toBe(readKey("header:a", { headers: { a: "v" } }).object);
  });

  test("is one of a bounded number, whatever clients invent, and uses them all about evenly", () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 6_400; index += 1) {
      const { object } = readKey("header:a", { headers: { a: `invented-${index}` } });
      counts.set(object, (counts.get(object) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(
      Array.from({ length: SHARDS }, (_, shard) => `world:${shard}`).sort(),
    );
    expect(Math.min(...counts.values())).toBeGreaterThan(50);
    expect(Math.max(...counts.values())).toBeLessThan(200);
  });

  test("is below the number of shards, for any text", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 4_096 }), (value, shards) => {
        const { object } = readKey("header:a", { headers: { a: value }, shards });
        expect(Number(/^world:(\d+)$/.exec(object)?.[1])).toBeLessThan(shards);
      }),
    );
  });

  test("says nothing of the key", () => {
    expect(readKey(["header:authorization"], { headers: { authorization: "secret" } }).object).not.toContain(
      "secret",
    );
  });
});
