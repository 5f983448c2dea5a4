import fc from "fast-check";
import { expect, test } from "vitest";
import { toMemberPath } from "../../../src/core/origins/member-path.ts";

test.each([
  ["/api", "/api/x", "/x"],
  ["/api", "/api", "/"],
  ["/api", "/api/", "/"],
  ["/api", "/apis/x", "/apis/x"],
  ["/api", "/API/x", "/API/x"],
  ["/api", "/x/api", "/x/api"],
  ["/a/b", "/a/b/a/b/c", "/a/b/c"],
  ["", "/api/x", "/api/x"],
])("toMemberPath() without %j of %s is %s", (stripPrefix, path, wanted) => {
  expect(toMemberPath(path, { stripPrefix })).toBe(wanted);
});

test("toMemberPath() of a canonical path starts with exactly one slash", () => {
  const segments = fc.array(fc.constantFrom("a", "b", "ab"), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(segments, segments, (path, prefix) => {
      const stripped = toMemberPath(`/${path.join("/")}`, { stripPrefix: `/${prefix.join("/")}` });
      expect(stripped).toMatch(/^\/(?!\/)/);
    }),
  );
});
