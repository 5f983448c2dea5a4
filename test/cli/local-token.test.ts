// The token that `npm start` makes where none is set, and where it makes none.

import { expect, test } from "vitest";
import { addLocalToken, makeLocalToken } from "../../src/cli/local-token.ts";

test.each(["127.0.0.1", "127.8.8.8", "localhost", "::1"])("there is one for %s", (host) => {
  expect(makeLocalToken(host)).toMatch(/^[\w-]{32}$/);
  expect(makeLocalToken(host)).not.toBe(makeLocalToken(host));
});

test.each(["0.0.0.0", "::", "192.0.2.1", "127.0.0.1.example", "10.0.0.127"])(
  "there is none for %s",
  (host) => {
    expect(makeLocalToken(host)).toBe(undefined);
  },
);

test.each(["ADMIN_TOKEN", "ADMIN_READ_TOKEN"])("an operator's own %s goes before it", (name) => {
  const own = { LIMIT_FACTOR: "2", [name]: "of-the-operator" };
  expect(addLocalToken(own, "local")).toBe(own);
  const empty = { ...own, [name]: "" };
  expect(addLocalToken(empty, "local")["ADMIN_TOKEN"]).toBe("local");
  expect(addLocalToken(empty, undefined)).toEqual(empty);
});
