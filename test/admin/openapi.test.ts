// The OpenAPI document against the operations that the router is made of.

import { expect, test } from "vitest";
import { toOpenApi } from "../../src/admin/openapi.ts";
import { operations } from "../../src/admin/operations.ts";

const { paths } = toOpenApi(operations, "/prefix") as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
};
const documented = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, { operationId }]) => `${operationId}: ${method.toUpperCase()} ${path}`,
  ),
);

test("toOpenApi() has every operation that is routed, and no other", () => {
  const routed = operations.map(
    ({ name, method, path }) => `${name}: ${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`,
  );
  expect(documented.toSorted()).toEqual(routed.toSorted());
});

test("no two operations have a name in common", () => {
  expect(new Set(operations.map(({ name }) => name)).size).toBe(operations.length);
});
