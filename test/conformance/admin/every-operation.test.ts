// What holds for every operation of the admin API, taken from the document that it serves: who gets in, what is refused, and
// that the document says neither more nor less than the router.

import { Readable } from "node:stream";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { findTable, readCodes, readText } from "../../project/markdown.ts";
import { toRightBodies } from "../../../tools/fuzz/plausible.ts";
import { ADMIN_READ_TOKEN, ADMIN_TOKEN, askAdmin, PREFIX, tagOf } from "../support/admin.ts";
import { send, type Reply } from "../support/client.ts";
import { makeRequest } from "../support/portal.ts";
import { startStand } from "../support/stand.ts";

const { gateway } = await startStand(
  {
    policies: { api: { algorithm: "token-bucket", limit: 60, window: "1m", key: ["ip", "path"] } },
    tiers: { pro: {} },
    routes: [{ path: "/limited", policies: ["api"], auth: "required", scopes: ["read"] }, { path: "/*" }],
  },
  { vars: { ADMIN_TOKEN, ADMIN_READ_TOKEN } },
);

interface OperationObject {
  readonly operationId: string;
  readonly description: string;
  readonly security: readonly { readonly token: readonly string[] }[];
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: object;
}

const served = (await askAdmin(gateway, "GET", "/openapi.json")).json();
const paths = served["paths"] as Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;

/** Something that is not there: a call that gets as far changes nothing. */
const toAsked = (path: string): string => path.replaceAll("{id}", "k999").replaceAll("{version}", "999");

const documented = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    asked: toAsked(path),
    isRead: operation.description.startsWith("Open to ADMIN_READ_TOKEN"),
    scopes: operation.security.flatMap(({ token }) => token),
    needsIfMatch: operation.parameters.some(({ name }) => name === "If-Match"),
    hasBody: operation.requestBody !== undefined,
    toString: () => `${method.toUpperCase()} ${path}`,
  })),
);

/** Each from an address of its own: attempts that fail are counted. */
let address = 0;
const nextAddress = (): string => `198.51.100.${(address += 1) % 250}`;

function expectProblem(reply: Reply, status: number, code: string): void {
  expect([reply.status, reply.json()["code"]]).toEqual([status, code]);
  expect(reply.json()["status"]).toBe(status);
  expect(reply.field("Content-Type")).toBe("application/problem+json");
  expect(reply.field("Cache-Control")).toBe("no-store");
  expect(reply.fields.filter(([name]) => /^access-control/i.test(name))).toEqual([]);
}

describe("the OpenAPI document", () => {
  it("has what docs/admin-api.md has, with the same scopes and tags", () => {
    const { rows } = findTable(readText("docs/admin-api.md"), ["request", "what"]);
    const written = rows.flatMap(([requests = "", , marks = ""]) =>
      readCodes(requests).map((request) => `${request} ${marks}`.trim()),
    );
    const wanted = documented.map(({ method, path, scopes, needsIfMatch }) =>
      [method, path, ...scopes, ...(needsIfMatch ? ["tag"] : [])].join(" "),
    );
    expect(written.sort()).toEqual(wanted.sort());
  });

  it("is valid OpenAPI 3.1", async () => {
    expect(served["openapi"]).toBe("3.1.0");
    expect(await new Validator().validate(structuredClone(served))).toEqual({ valid: true });
  });

  it.each(Object.entries(paths))("has the methods that %s answers, and no other", async (path, methods) => {
    const named = Object.keys(methods).map((method) => method.toUpperCase());
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const reply = await askAdmin(gateway, method, toAsked(path), { ifMatch: '"999"' });
      expect([method, reply.status === 405]).toEqual([method, !named.includes(method)]);
      if (reply.status !== 405) continue;
      const heads = named.includes("GET") ? ["HEAD"] : [];
      expect(reply.field("Allow")?.split(", ").sort()).toEqual([...named, ...heads].sort());
    }
  });
});

describe("every operation", () => {
  it.each(documented)("is there: another method gets a 405 that names it: %s", async ({ method, asked }) => {
    const reply = await askAdmin(gateway, "OPTIONS", asked);
    expectProblem(reply, 405, "method-not-allowed");
    expect(reply.field("Allow")?.split(", ")).toContain(method);
  });

  it.each(documented)("is closed without a token, and with a wrong one: %s", async ({ method, asked }) => {
    const wanted = `${PREFIX}${asked}`;
    const bare = await send(gateway, wanted, { method, ip: nextAddress() });
    expectProblem(bare, 401, "unauthorized");
    expect(bare.field("WWW-Authenticate")).toBe("Bearer");
    const wrong = await askAdmin(gateway, method, asked, { token: `${ADMIN_TOKEN}x`, ip: nextAddress() });
    expectProblem(wrong, 401, "unauthorized");
  });

  it.each(documented.filter(({ isRead }) => !isRead))(
    "that changes something is closed to the token that only reads: %s",
    async ({ method, asked, hasBody }) => {
      const options = { token: ADMIN_READ_TOKEN, ifMatch: '"1"', body: hasBody ? {} : "" };
      expectProblem(await askAdmin(gateway, method, asked, options), 403, "read-only");
    },
  );

  it.each(documented.filter(({ isRead }) => isRead))(
    "that changes nothing is open to it: %s",
    async ({ method, asked, hasBody }) => {
      const options = { token: ADMIN_READ_TOKEN, body: hasBody ? {} : "" };
      expect([200, 400, 404]).toContain((await askAdmin(gateway, method, asked, options)).status);
    },
  );

  it.each(documented)("is stored by nobody: %s", async ({ method, asked, hasBody }) => {
    const reply = await askAdmin(gateway, method, asked, { ifMatch: '"999"', body: hasBody ? {} : "" });
    expect(reply.field("Cache-Control")).toBe("no-store");
    expect(reply.status).toBeLessThan(500);
  });

  it.each(documented)("refuses a parameter that nobody knows: %s", async ({ method, asked }) => {
    const reply = await askAdmin(gateway, method, `${asked}?nobody=1`, { ifMatch: '"1"' });
    expectProblem(reply, 400, "invalid-query");
  });

  it.each(documented.filter(({ needsIfMatch }) => needsIfMatch))(
    "with If-Match asks for it, and takes no tag but the present one: %s",
    async ({ method, asked, hasBody }) => {
      expectProblem(
        await askAdmin(gateway, method, asked, { body: hasBody ? {} : "" }),
        428,
        "if-match-required",
      );
      const strange = await askAdmin(gateway, method, asked, { ifMatch: 'W/"1"', body: hasBody ? {} : "" });
      expectProblem(strange, 412, "stale");
    },
  );

  it.each(documented.filter(({ hasBody }) => hasBody))(
    "with a body reads no huge one, announced or not: %s",
    async ({ method, asked }) => {
      const body = `{"x":"${"x".repeat(600_000)}"}`;
      expectProblem(await askAdmin(gateway, method, asked, { body, ifMatch: '"1"' }), 413, "body-too-large");
      const reply = await send(gateway, `${PREFIX}${asked}`, {
        method,
        fields: [
          ["Authorization", `Bearer ${ADMIN_TOKEN}`],
          ["If-Match", '"1"'],
        ],
        body: Readable.from([body]),
      });
      expectProblem(reply, 413, "body-too-large");
    },
  );

  it.each(documented.filter(({ hasBody }) => !hasBody))(
    "without a body is not held up by a huge one: %s",
    async ({ method, asked }) => {
      const reply = await askAdmin(gateway, method, asked, { body: "x".repeat(600_000), ifMatch: '"1"' });
      expect([200, 400, 404]).toContain(reply.status);
    },
  );

  it.each(documented.filter(({ hasBody }) => hasBody))(
    "with a body refuses what is no JSON, and what is no object: %s",
    async ({ method, asked }) => {
      for (const body of ["{", "[1]", "1", '"x"', "null"])
        expectProblem(await askAdmin(gateway, method, asked, { body, ifMatch: '"1"' }), 400, "invalid-body");
    },
  );

  it.each(documented.filter(({ hasBody, method }) => hasBody && method !== "PATCH"))(
    "with a body refuses a member that nobody knows, by its name: %s",
    async ({ method, asked }) => {
      const reply = await askAdmin(gateway, method, asked, { body: { nobody: 1 }, ifMatch: '"1"' });
      expectProblem(reply, 400, "invalid-body");
      expect(reply.json()["problems"]).toContainEqual(
        expect.objectContaining({ path: "nobody", code: "unknown-key" }),
      );
    },
  );
});

describe("every operation that needs a tag, on what is there", () => {
  it.each(documented.filter(({ needsIfMatch }) => needsIfMatch))(
    "lets one of several writers win, and none with the tag of before: %s",
    async ({ method, path, hasBody }) => {
      const { place, tag, config } = await makeSubject(path);
      const bodies = Object.entries(toRightBodies(config));
      const body = hasBody ? bodies.find(([end]) => path.endsWith(end))?.[1] : undefined;
      const write = async (): Promise<Reply> => askAdmin(gateway, method, place, { ifMatch: tag, body });
      const replies = await Promise.all(Array.from({ length: 6 }, write));
      const lost = method === "DELETE" ? 404 : 412;
      expect(replies.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
        method === "DELETE" ? 204 : 200,
        ...Array.from({ length: 5 }, () => lost),
      ]);
      expectProblem(await write(), lost, lost === 404 ? "not-found" : "stale");
    },
  );

  it.each(documented.filter(({ needsIfMatch, method }) => needsIfMatch && method !== "DELETE"))(
    "with a stale tag changes nothing: %s",
    async ({ method, path }) => {
      const { place, tag, config } = await makeSubject(path);
      const body = Object.entries(toRightBodies(config)).find(([end]) => path.endsWith(end))?.[1];
      const shown = place.replace(/\/(?:rotate|rollback|grant)$/, "");
      const before = (await askAdmin(gateway, "GET", shown)).text();
      const stale = `"${Number(tag.slice(1, -1)) + 1}"`;
      expectProblem(await askAdmin(gateway, method, place, { ifMatch: stale, body }), 412, "stale");
      expect((await askAdmin(gateway, "GET", shown)).text()).toBe(before);
    },
  );
});

let subjects = 0;

/** What an operation changes, made anew: its path and its tag. */
async function makeSubject(
  path: string,
): Promise<{ readonly place: string; readonly tag: string; readonly config: object }> {
  const inForce = await askAdmin(gateway, "GET", "/config");
  const config = inForce.json()["config"] as object;
  const [, kind] = /^\/(\w+)\/\{id\}/.exec(path) ?? [];
  if (kind === undefined) return { place: path, tag: tagOf(inForce), config };
  // Only consumers make them.
  if (kind === "requests") {
    const id = await makeRequest(gateway, `subject-${(subjects += 1)}`);
    const shown = await askAdmin(gateway, "GET", `/requests/${id}`);
    return { place: path.replace("{id}", id), tag: tagOf(shown), config };
  }
  // A token's name is its own.
  const own = kind === "tokens" ? { name: `subject-${(subjects += 1)}` } : {};
  const body = { ...toRightBodies(config)[`/${kind}`], ...own };
  const made = await askAdmin(gateway, "POST", `/${kind}`, { body });
  return { place: path.replace("{id}", String(made.json()["id"])), tag: tagOf(made), config };
}

describe("the admin API", () => {
  it("answers HEAD as GET without a body", async () => {
    const reply = await askAdmin(gateway, "HEAD", "/health");
    expect([reply.status, reply.body.length, reply.field("Cache-Control")]).toEqual([200, 0, "no-store"]);
  });

  it("has nothing else", async () => {
    for (const path of ["", "/", "/nothing", "/keys/k1/nothing", "/KEYS"])
      expectProblem(await askAdmin(gateway, "GET", path), 404, "no-route");
  });

  it("stops listening to an address whose attempts keep failing", async () => {
    const ip = "203.0.113.7";
    for (let failure = 0; failure < 10; failure += 1)
      expect((await askAdmin(gateway, "GET", "/health", { token: "guess", ip })).status).toBe(401);
    const refused = await askAdmin(gateway, "GET", "/health", { ip });
    expectProblem(refused, 429, "too-many-failures");
    expect(Number(refused.field("Retry-After"))).toBeGreaterThan(0);
    expect((await askAdmin(gateway, "GET", "/health", { ip: "203.0.113.8" })).status).toBe(200);
  });
});

describe("without a token", () => {
  it("there is no admin API, and its paths are nobody's", async () => {
    const off = await startStand({ policies: {}, routes: [{ path: "/*" }] }, { vars: { ADMIN_TOKEN: "" } });
    const { status, json } = await askAdmin(off.gateway, "GET", "/health");
    expect([status, json()["code"]]).toEqual([404, "no-route"]);
    expect(off.origin.requests()).toEqual([]);
  });
});
