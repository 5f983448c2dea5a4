import { expect, test } from "vitest";
import { toCounted } from "../../../src/core/keys/unreadable.ts";
import { toFacts } from "./to-facts.ts";

const one = toFacts({ address: "192.0.2.1" });
const other = toFacts({ address: "192.0.2.2" });
const MISREAD = "M\ufffdller";

test("toCounted() leaves what can be read, and what is missing", () => {
  for (const value of [undefined, "", "Müller", "a, b"]) expect(toCounted(value, one)).toBe(value);
});

test("toCounted() tells what cannot be read apart by address and by what of it can be read", () => {
  const counted = [one, other].flatMap((facts) =>
    [MISREAD, "\ufffd"].map((value) => toCounted(value, facts)),
  );
  expect(new Set(counted).size).toBe(4);
  expect(toCounted(MISREAD, one)).toBe(toCounted(MISREAD, toFacts({ address: "192.0.2.1" })));
  expect(counted.every((value) => value?.startsWith("\u0000"))).toBe(true);
});

test("toCounted() takes all of an address's lists for one: one of several lines might be the value", () => {
  expect(toCounted("\ufffd, a", one)).toBe(toCounted("b, \ufffd", one));
  expect(toCounted("\ufffd, a", one)).not.toBe(toCounted("\ufffd, a", other));
});

test("toCounted() goes by an IPv6 network as keys do", () => {
  const [a, b] = ["2001:db8::1", "2001:db8::2"].map((address) => toCounted(MISREAD, toFacts({ address })));
  expect(a).toBe(b);
});
