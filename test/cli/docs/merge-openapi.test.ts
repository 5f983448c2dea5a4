import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Format, printText, readText } from "../../../src/cli/docs/document-node.ts";
import { mergeOpenApi } from "../../../src/cli/docs/merge-openapi.ts";
import { toOwnOpenApi } from "../../../src/cli/docs/own-openapi.ts";
import type { Config } from "../../../src/core/config/config.ts";
import { toConfig, toInput } from "../../core/config/config-input.ts";

const config = toConfig(
  toInput({
    policies: {
      plan: {
        algorithm: "token-bucket",
        limit: 100,
        window: "1m",
        burst: 20,
        key: "consumer",
        limits: [{ methods: ["POST"], limit: 10 }],
      },
      open: { algorithm: "sliding-window", limit: 5, window: "10s", key: "ip" },
      dry: { algorithm: "sliding-window", limit: 5, window: "1s", key: "ip", mode: "shadow" },
    },
    tiers: { pro: { plan: { limit: 1_000, burst: 100 } } },
    routes: [
      { path: "/v2/users/me", policies: ["open"], hosts: ["api.example.com"] },
      {
        path: "/v2/users/:id",
        methods: ["GET"],
        auth: "required",
        scopes: ["users:read"],
        policies: ["plan", "dry"],
        cost: 2,
        deprecation: { at: "2026-01-01" },
      },
      { path: "/v2/users/*", auth: "optional", policies: ["plan"], bodyBytesMax: 1_024 },
      { path: "/v2/free/*" },
    ],
  }),
);

const YAML = `# Ours
openapi: 3.1.0
info: { title: Acme, version: "1.10" }
servers:
  - url: https://{host}/v2 # where it is
    variables: { host: { default: api.example.com } }
paths:
  /free/{x}: # limited by nothing
    get:
      responses: { 200: { description: ok } }

  /useRs/ME:
    get:
      responses:
        200: { description: ok }
        '429':
          description: ours!
          headers:
            retry-after: { schema: { type: integer } }
  /users/{userId}: &user
    parameters:
      - { name: userId, in: path, required: true, schema: { type: string } }
    get:
      x-since: 2020-01-01
      x-big: 12345678901234567890
      responses:
        "404": { description: none }
        "200": { description: ok }
    put:
      security: []
      responses: { default: { description: x } }
  /elsewhere: *user
  /other:
    get:
      responses: { 200: { description: ok } }
`;

interface Merged {
  readonly text: string;
  readonly notes: readonly string[];
}

function merge(text: string, format: Format = "yaml", server?: string, by: Config = config): Merged {
  const document = readText(text, format, "api");
  const notes = mergeOpenApi(document, { config: by, label: "api", server });
  return { text: printText(document, format, text), notes };
}

/** A member of what a text says, by its path. */
function read(text: string, ...path: readonly string[]): unknown {
  let value: unknown = parse(text);
  for (const name of path) value = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  return value;
}

const keysOf = (value: unknown): readonly string[] => Object.keys(value as object);

const merged = merge(YAML);

async function findErrors(text: string): Promise<unknown> {
  const { valid, errors } = await new Validator().validate(parse(text) as Record<string, unknown>);
  return valid ? [] : errors;
}

describe("an OpenAPI document with the limits in it", () => {
  test("has every line that it had, in its order", () => {
    const lines = merged.text.split("\n");
    let at = 0;
    for (const line of YAML.split("\n")) {
      // Flow objects get more members, and a comment behind a key may get a line of its own.
      const known = line.replace(/ (?:\}|# ).*$/, "");
      at = lines.findIndex((one, index) => index >= at && one.startsWith(known));
      expect([line, at >= 0]).toEqual([line, true]);
    }
    for (const [comment] of YAML.matchAll(/# .+/g)) expect(merged.text).toContain(comment);
    const own = read(merged.text, "paths", "/users/{userId}", "get", "responses");
    expect(merged.text.indexOf('"404"')).toBeLessThan(merged.text.indexOf('"200"'));
    expect(keysOf(own)).toHaveLength(5);
  });

  test("is the same after a second time, and without limits what it was", () => {
    expect(merge(merged.text).text).toBe(merged.text);
    const without = toConfig(toInput({ policies: {}, routes: [{ path: "/*" }] }));
    const taken = merge(merged.text, "yaml", undefined, without).text;
    expect(parse(taken)).toEqual({
      ...(parse(YAML) as object),
      components: { headers: {}, schemas: {}, securitySchemes: {} },
    });
  });

  test("follows limits that change", () => {
    const changed = toConfig(
      toInput({
        policies: { open: { algorithm: "sliding-window", limit: 6, window: "10s", key: "ip" } },
        routes: [{ path: "/v2/users/*", policies: ["open"] }],
      }),
    );
    const again = merge(merged.text, "yaml", undefined, changed);
    expect(again.text).toContain("open: 6 per 10 seconds");
    expect(again.text).not.toContain("100 per minute");
    expect(again.text).not.toContain("HeadgateBearer");
    expect(again.text).toBe(merge(again.text, "yaml", undefined, changed).text);
  });

  test("is right by OpenAPI's own schema, and so is one that is made of the routes alone", async () => {
    expect(await findErrors(YAML)).toEqual([]);
    expect(await findErrors(merged.text)).toEqual([]);
    expect(await findErrors(merge(YAML.replace("3.1.0", "3.0.3")).text)).toEqual([]);
    for (const format of ["json", "yaml"] as const)
      expect([format, await findErrors(printText(toOwnOpenApi(config), format))]).toEqual([format, []]);
  });

  test("says of each operation what its route, and no other, refuses", () => {
    const path = ["paths", "/users/{userId}", "get"];
    expect(read(merged.text, ...path, "responses", "429", "description")).toBe(
      "Over a limit. plan: 100 per minute, 20 at once (pro: 1,000 per minute, 100 at once); a request costs 2.",
    );
    expect(read(merged.text, ...path, "responses", "403", "description")).toContain("users:read");
    expect(read(merged.text, ...path, "security")).toEqual([{ HeadgateApiKey: [] }, { HeadgateBearer: [] }]);
    expect(read(merged.text, ...path, "deprecated")).toBe(true);
    expect(keysOf(read(merged.text, "paths", "/users/{userId}", "put", "responses"))).toEqual(
      expect.arrayContaining(["429", "401", "413", "default"]),
    );
    expect(read(merged.text, ...path, "x-headgate")).toMatchObject({ route: "GET /v2/users/:id", cost: 2 });
    expect(merged.text).not.toContain("dry");
    expect(keysOf(read(merged.text, "paths", "/free/{x}", "get"))).toEqual(["responses"]);
  });

  test("keeps answers and security of its own, with the fields that they lack", () => {
    expect(read(merged.text, "paths", "/useRs/ME", "get", "responses", "429", "description")).toBe("ours!");
    expect(keysOf(read(merged.text, "paths", "/useRs/ME", "get", "responses", "429", "headers"))).toEqual([
      "retry-after",
      "RateLimit",
      "RateLimit-Policy",
      "X-RateLimit-Limit",
      "X-RateLimit-Remaining",
      "X-RateLimit-Reset",
    ]);
    expect(read(merged.text, "paths", "/users/{userId}", "put", "security")).toEqual([]);
    const secured = merge(YAML.replace("paths:", "security: [{ mine: [] }]\npaths:")).text;
    expect(read(secured, "paths", "/users/{userId}", "get", "security")).toBeUndefined();
  });

  test("has no security where a function says who is calling", () => {
    const own = toConfig(
      toInput({
        functions: { whoami: () => ({ consumer: "acme" }) },
        policies: {},
        routes: [{ path: "/*", auth: "required", authenticate: { function: "whoami" } }],
      }),
    );
    const { text } = merge(YAML, "yaml", undefined, own);
    expect(keysOf(read(text, "paths", "/other", "get", "responses"))).toEqual(["200", "401"]);
    expect(read(text, "paths", "/other", "get", "security")).toBeUndefined();
  });

  test("is told what no route takes, and what stands elsewhere", () => {
    expect(merged.notes).toEqual([
      "GET /elsewhere stands elsewhere (an alias or a $ref): left as it is",
      "PUT /elsewhere stands elsewhere (an alias or a $ref): left as it is",
      "GET /other: no route takes it",
    ]);
    const moved = merge(YAML, "yaml", "https://gate.example.net/v2").notes;
    expect(moved).not.toContain("GET /useRs/ME: no route takes it");
    expect(merge(YAML, "yaml", "/v3").notes).toContain("GET /useRs/ME: no route takes it");
  });

  test("stays JSON with the numbers, the order and the indentation that it had", () => {
    const json =
      '{\n\t"paths": {"/v2/users/{id}": {"get": {"responses": {"404": {"description": "\\u00fc"}, "200": {"description": ""}}}}},\n\t"openapi": "3.1.0",\n\t"x": [1.10, 12345678901234567890, true, null],\n\t"info": {"title": "a", "version": "1"}\n}\n';
    const { text } = merge(json, "json");
    expect(merge(text, "json").text).toBe(text);
    expect(text).toContain('\n\t"x": [\n\t\t1.10,\n\t\t12345678901234567890,\n\t\ttrue,\n\t\tnull\n\t]');
    expect(keysOf(JSON.parse(text))).toEqual(["paths", "openapi", "x", "info", "components"]);
    expect(text.indexOf('"404"')).toBeLessThan(text.indexOf('"200"'));
    expect(merge('{"openapi":"3.0.0","info":{"title":"a","version":"1"},"paths":{}}', "json").text).toBe(
      '{"openapi":"3.0.0","info":{"title":"a","version":"1"},"paths":{}}',
    );
  });

  test.each<[string, Format, string]>([
    ["swagger: '2.0'\npaths: {}", "yaml", "must be a document of OpenAPI 3"],
    ["a: 1\na: 2", "yaml", "Map keys must be unique"],
    ["- 1", "yaml", "it is no object"],
    ["a: 1\n---\nb: 2", "yaml", "multiple documents"],
    ["openapi: 3.1.0", "json", "Cannot read api"],
    [
      `${YAML}components: { headers: { HeadgateRateLimit: { description: mine } } }`,
      "yaml",
      "components.headers.HeadgateRateLimit is its own",
    ],
  ])("is refused in a sentence: %j", (text, format, message) => {
    expect(() => merge(text, format)).toThrow(message);
  });

  test("takes away nothing but what a merge can have put there", () => {
    const forged = YAML.replace(
      "      security: []\n",
      '      security: []\n      x-headgate: { added: ["responses.default", "__proto__", "parameters", "responses.429.headers.a.b"] }\n',
    );
    expect(read(merge(forged).text, "paths", "/users/{userId}", "put", "responses", "default")).toEqual({
      description: "x",
    });
  });
});
