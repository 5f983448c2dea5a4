// What the configuration says of batches, aggregates, fields, names and paths.

import { describe, expect, it } from "vitest";
import { toConfig, toInput, toProblems } from "./config-input.ts";

const inRoute = (given: object): unknown => toInput({ routes: [{ path: "/pages/:id", ...given }] });
const toRoute = (given: object) => toConfig(inRoute(given)).routes[0];

describe("parseConfig() of batch", () => {
  it("has none unless there is one, and completes it", () => {
    expect(toConfig(toInput()).batch).toBeUndefined();
    expect(toConfig(toInput({ batch: {} })).batch).toEqual({
      path: "/__headgate/v1/batch",
      membersMax: 50,
      parallel: 6,
      bodyBytesMax: 1_048_576,
      memberBytesMax: 1_048_576,
      answerBytesMax: 8_388_608,
      timeoutMs: 60_000,
      access: [],
      limited: {
        index: -1_001,
        path: "/__headgate/v1/batch",
        policies: [],
        hasVariants: false,
        cost: 1,
      },
    });
  });

  it("resolves the policies that count batches, and what a request in one costs", () => {
    const given = { policies: ["search"], cost: 3 };
    const config = toConfig(toInput({ batch: given, access: { unlimited: ["192.0.2.1"] } }));
    const { limited, access } = config.batch ?? {};
    expect(limited?.policies).toEqual([config.policies[1]]);
    expect([limited?.cost, access?.length]).toEqual([3, 1]);
    expect(
      toProblems(toInput({ batch: { policies: ["serch", "per-client", "per-client"], cost: 61 } })),
    ).toEqual([
      'batch.policies.0: must name a policy, received "serch"; did you mean "search"? [unknown-policy]',
      'batch.policies.2: must name each policy once, received "per-client" again [duplicate]',
      'batch.cost: must be within what policy "per-client" can ever admit, received 61 [impossible-cost]',
    ]);
  });

  it("lists all that is wrong with it", () => {
    const batch = { path: "batch", membersMax: 51, parallel: 0, bodyBytesMax: 10, timeout: "1h", size: 1 };
    expect(toProblems(toInput({ batch }))).toEqual([
      'batch.path: must be a path such as "/__headgate/v1", received "batch" [invalid]',
      "batch.membersMax: must be a whole number from 1 to 50, received 51 [invalid]",
      "batch.parallel: must be a whole number from 1 to 50, received 0 [invalid]",
      "batch.bodyBytesMax: must be a whole number from 1024 to 16777216, received 10 [invalid]",
      'batch.timeout: must be a duration from "1ms" to "10m", in ms, s, m, h, d or w, received "1h" [invalid]',
      'batch.size: unknown key "size"; known keys are path, membersMax, parallel, bodyBytesMax, memberBytesMax, answerBytesMax, timeout, policies, cost [unknown-key]',
    ]);
  });
});

describe("parseConfig() of aggregate", () => {
  it("keeps the paths as they are written, and is read with GET alone", () => {
    const route = toRoute({
      aggregate: { user: "/users/{id}.json", orders: "/orders?user={id}&page={query:page}" },
    });
    expect(route?.aggregate).toEqual({
      onPartial: "fail",
      parts: [
        { name: "user", path: "/users/{id}.json" },
        { name: "orders", path: "/orders?user={id}&page={query:page}" },
      ],
    });
    expect(route?.methods).toEqual(new Set(["GET"]));
    expect(toRoute({ aggregate: { a: "/a" }, onPartial: "null" })?.aggregate?.onPartial).toBe("null");
    expect(toRoute({})?.aggregate).toBeUndefined();
    expect(toRoute({})?.methods).toBeUndefined();
  });

  it("lists all that is wrong with it", () => {
    const aggregate = { user: "/users/{name}", orders: "orders", list: "/a/{query:page}", "a b": "/a", n: 1 };
    const wanted = "must use parameters of the route's path (id), and {query:name} in a query";
    const path = 'must be a path in its canonical form such as "/users/{id}", with a query if need be';
    expect(
      toProblems(
        inRoute({ aggregate, methods: ["GET", "POST"], cache: {}, onPartial: "x", bodyBytesMax: 9 }),
      ),
    ).toEqual([
      'routes.0.onPartial: must be one of "fail", "null", "problem", received "x" [invalid]',
      "routes.0.cache: must not stand beside aggregate: its parts have their own routes' caches [invalid]",
      "routes.0.bodyBytesMax: can have no effect beside aggregate, which takes no body [invalid]",
      "routes.0.methods: must be GET and HEAD alone beside aggregate [invalid]",
      `routes.0.aggregate.user: ${wanted}, received "/users/{name}" [unknown-parameter]`,
      `routes.0.aggregate.orders: ${path}, received "orders" [invalid]`,
      `routes.0.aggregate.list: ${wanted}, received "/a/{query:page}" [unknown-parameter]`,
      `routes.0.aggregate.a b: must be a name of at most 64 letters, digits, '.', '_' and '-', received "a b" [invalid]`,
      `routes.0.aggregate.n: ${path}, received 1 [invalid]`,
    ]);
  });

  it.each([
    [{}],
    [[]],
    ["/a"],
    [Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`p${at}`, "/a"]))],
  ])("refuses %j", (aggregate) => {
    expect(toProblems(inRoute({ aggregate }))).toEqual([
      expect.stringContaining("routes.0.aggregate: must be an object of 1 to 10 paths"),
    ]);
  });
});

describe("parseConfig() of fields and names", () => {
  it("leaves routes alone that say nothing", () => {
    expect(toRoute({})).toMatchObject({ shape: undefined, stripPrefix: "" });
    expect(toRoute({ response: {}, request: {}, fields: false })?.shape).toBeUndefined();
  });

  it("completes what is said", () => {
    const route = toRoute({
      fields: true,
      stripPrefix: "/api",
      request: { renameHeaders: { "X-Old": "X-New" } },
      response: { dropFields: "a,b(c)", renameHeaders: { "X-B": "X-C" }, bodyBytesMax: 10 },
    });
    expect(route).toMatchObject({
      stripPrefix: "/api",
      shape: {
        fields: true,
        droppedText: "a,b(c)",
        bodyBytesMax: 10,
        requestNames: [["x-old", "x-new"]],
        responseNames: [["x-b", "x-c"]],
      },
    });
    expect(route?.shape?.dropped).toEqual(
      new Map<string, unknown>([
        ["a", undefined],
        ["b", new Map([["c", undefined]])],
      ]),
    );
  });

  const OBJECT_WANTED = "must be an object of at most 32 header fields and the names they get";
  const FREE_WANTED = "must name fields that a gateway may rename, old and new";
  const ONCE_WANTED = "must give each name once, and none that a field has";

  it.each([
    [{ "x-a": 1 }, OBJECT_WANTED],
    [[], OBJECT_WANTED],
    [Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`x-a${at}`, `x-b${at}`])), OBJECT_WANTED],
    [{ "x-a": "X-A" }, ONCE_WANTED],
    [{ "x-a": "x-b", "x-c": "X-B" }, ONCE_WANTED],
    [{ "x-a": "x-b", "x-b": "x-c" }, ONCE_WANTED],
    [{ "x-a": "x-b", "x-c": "x_b" }, ONCE_WANTED],
    [{ "x-a": "x-b", x_b: "x-c" }, ONCE_WANTED],
    [{ "x-a": "x b" }, FREE_WANTED],
    [{ "x-a": "authorization" }, FREE_WANTED],
    [{ cookie: "x-cookie" }, FREE_WANTED],
    [{ "content-type": "x-type" }, FREE_WANTED],
    [{ "x-a": "via" }, FREE_WANTED],
    [{ "x-a": "x-forwarded-for" }, FREE_WANTED],
    [{ "x-a": "x-consumer" }, FREE_WANTED],
    [{ "x-a": "x_consumer" }, FREE_WANTED],
    [{ x_api_key: "x-key" }, FREE_WANTED],
    [{ "x-a": "cf-connecting-ip" }, FREE_WANTED],
    [{ "x-a": "etag" }, FREE_WANTED],
    [{ "set-cookie": "x-b" }, FREE_WANTED],
    [{ "x-a": "__proto__ " }, FREE_WANTED],
  ])("refuses other names such as %j", (renameHeaders, wanted) => {
    for (const side of ["request", "response"])
      expect(toProblems(inRoute({ [side]: { renameHeaders } }))).toEqual([
        expect.stringContaining(`routes.0.${side}.renameHeaders: ${wanted}`),
      ]);
  });

  it("lets another spelling take a name's place", () => {
    const route = toRoute({ request: { renameHeaders: { Tenant_Id: "Tenant-Id" } } });
    expect(route?.shape?.requestNames).toEqual([["tenant_id", "tenant-id"]]);
  });

  it.each(["a,,b", "", 7])("refuses to drop %j", (dropFields) => {
    expect(toProblems(inRoute({ response: { dropFields } }))).toEqual([
      expect.stringContaining('routes.0.response.dropFields: must name fields such as "password'),
    ]);
  });

  it.each(["api", "/api/", "/a/../b", "/a?b"])("refuses to strip %j", (stripPrefix) => {
    expect(toProblems(inRoute({ stripPrefix }))).toEqual([
      expect.stringContaining("routes.0.stripPrefix: must be a path"),
    ]);
  });
});
