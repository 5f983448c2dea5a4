// The paths below the admin API's prefix are the gateway's own, however they are written: a token that is sent there never
// reaches an origin, whether the API is on or off, by whatever way the request comes.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN } from "../support/admin.ts";
import { askBatch, BATCH_PATH, sendBatch } from "../support/batch.ts";
import { newAddress, send, type Reply, type Target } from "../support/client.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { startStand } from "../support/stand.ts";

const ROUTES = {
  policies: {},
  batch: {},
  routes: [{ path: "/page/:a/:b", aggregate: { own: "/{a}/{b}/keys" } }, { path: "/*" }],
};
const KEEPING = { ...ROUTES, encodedSlash: "keep", caseSensitive: true };
const on = await startStand(ROUTES, { vars: { ADMIN_TOKEN } });
const off = await startStand(ROUTES);
const keeping = await startStand(KEEPING, { vars: { ADMIN_TOKEN } });
const keepingOff = await startStand(KEEPING);
const stands = { on, off, keeping, "keeping and off": keepingOff };
type Name = keyof typeof stands;

/** As the gateway forwards paths, these are the API's own. */
const CANONICAL = [
  "/__headgate/v1/keys",
  "//__headgate/v1/keys",
  "///__headgate//v1///keys",
  "/%5f%5fheadgate/v1/keys",
  "/__%68eadgate/v%31/%6B%65ys",
  "/./__headgate/v1/./keys",
  "/x/../__headgate/v1/keys",
  "/x/%2e%2E/__headgate/v1/keys",
  "/__headgate/x/../v1/keys",
  "/__headgate/v1/keys/",
  "/__headgate/v1/keys//",
  "//__headgate/v1/keys?limit=1",
];
/** To some origin these would be the same. */
const DISGUISED = [
  "/__HEADGATE/v1/keys",
  "/__Headgate/V1/keys",
  "//__headgate/V1//keys",
  "/%5F%5FHEADGATE/v1/keys",
  "/__headgate;x/v1/keys",
  "/__headgate/v1;x=1;y/keys",
  "/__headgate/v1;/keys",
  "/__headgate%3Bx/v1/keys",
  "/__headgate/v1%3b/keys",
  "/__headgate./v1/keys",
  "/__headgate/v1../keys",
  "/__headgate%20/v1%20./keys",
  "/__headgate/v1.;x/keys",
  "/__HEADGATE/v1",
];
/** Refused before anybody asks where they lead, or kept where the configuration says so. */
const ENCODED = [
  "/__headgate%2Fv1/keys",
  "/__headgate%2fv1%2fkeys",
  "/__headgate%5Cv1/keys",
  "/%2F__headgate/v1/keys",
  "/%5c%2f__HEADGATE;x%2Fv1%2F",
  "/__headgate;x%2Fv1/keys",
];
const MALFORMED = [
  "/__headgate/v1/x/..;/keys",
  "/__headgate/v1%/keys",
  "/__headgate/%00v1/keys",
  "/__headgate/.%3B/v1/keys",
];
const SENT = [...CANONICAL, ...DISGUISED, ...ENCODED, ...MALFORMED];
/** What the runtime may refuse by itself, and takes as a request of a batch. */
const EVERY = [...SENT, "\\__headgate\\v1\\keys", "/__headgate\\v1\\keys"];
/** Only like them: paths of an origin. */
const FOREIGN = [
  "/__headgate",
  "/__headgate/v10/keys",
  "/__headgate/v1x",
  "/x/__headgate/v1/keys",
  "/__headgate.v1/keys",
];

const ask = (to: Target, path: string, method = "GET", body = ""): Promise<Reply> =>
  send(to, path, { method, body, fields: [["Authorization", `Bearer ${ADMIN_TOKEN}`]] });

describe.each(Object.keys(stands) as Name[])("below the prefix, with the API %s,", (name) => {
  const { gateway, origin } = stands[name];

  it.each(EVERY)("%s reaches no origin", async (path) => {
    const before = origin.requests().length;
    for (const [method, body] of [["GET"], ["HEAD"], ["POST", "{}"], ["DELETE"]] as const) {
      const { status } = await ask(gateway, path, method, body);
      expect([200, 400, 404, 405, 428]).toContain(status);
    }
    expect(origin.requests().slice(before)).toEqual([]);
  });

  it.each(FOREIGN)("%s is an origin's", async (path) => {
    const before = origin.requests().length;
    expect((await ask(gateway, path)).text()).toBe("from the origin");
    expect(
      origin
        .requests()
        .slice(before)
        .map(({ target }) => target),
    ).toEqual([path]);
  });

  it("a request of a batch, and a part of an aggregate, reach no origin either", async () => {
    const before = origin.requests().length;
    for (const path of [...EVERY, "//__headgate/v1/batch", "/__headgate/v1/batch;x"]) {
      const { status, text } = await sendBatch(gateway, [{ path }]);
      const isRefused = status === 400 || JSON.parse(text())[0].status === 400;
      expect([path, isRefused]).toEqual([path, true]);
    }
    await send(gateway, "/page/__headgate/v1");
    expect(origin.requests().slice(before)).toEqual([]);
  });
});

describe("the admin API", () => {
  it.each(CANONICAL)("answers %s as it would its one form", async (path) => {
    const { status, json } = await ask(on.gateway, path);
    expect([status, Object.keys(json())]).toEqual([200, expect.arrayContaining(["items"])]);
    expect((await send(on.gateway, path, { ip: newAddress() })).status).toBe(401);
  });

  it("reads what a request to another form says", async () => {
    const body = JSON.stringify({ consumer: "acme" });
    const created = await ask(on.gateway, "//__headgate/v1/keys", "POST", body);
    expect([created.status, created.json()]).toEqual([201, expect.objectContaining({ consumer: "acme" })]);
    const wrong = await ask(on.gateway, "//__headgate/v1/keys?limit=x");
    expect([wrong.status, wrong.json()["code"]]).toEqual([400, "invalid-query"]);
  });

  // A guard that stands before the gateway knows paths by their canonical form.
  it.each(DISGUISED)("has nothing at %s", async (path) => {
    const { status, json, field } = await ask(on.gateway, path);
    expect([status, json()["code"], field("Proxy-Status")]).toEqual([404, "no-route", undefined]);
    expect((await send(on.gateway, path, { ip: newAddress() })).status).toBe(401);
  });

  it.each(ENCODED)(
    "has nothing at %s where encoded slashes are kept, and nothing is asked where not",
    async (path) => {
      expect((await ask(keeping.gateway, path)).status).toBe(404);
      const refused = await ask(on.gateway, path);
      expect([refused.status, refused.json()["code"]]).toEqual([400, "encoded-slash"]);
    },
  );

  it.each(SENT)("is off without a token at %s", async (path) => {
    const { status, json } = await ask(off.gateway, path);
    expect([status, json()["code"]]).toEqual(
      CANONICAL.includes(path) || DISGUISED.includes(path) ? [404, "no-route"] : [400, expect.any(String)],
    );
  });

  it("explains that such a path takes no route", async () => {
    for (const path of ["/__headgate/v1/keys", "/__HEADGATE/v1"]) {
      const body = JSON.stringify({ url: `http://a.example${path}` });
      const explained = (await ask(on.gateway, "/__headgate/v1/explain", "POST", body)).json();
      expect(explained).toMatchObject({ problem: "no-route" });
    }
  });
});

describe("a batch", () => {
  it.each([
    BATCH_PATH,
    `/${BATCH_PATH}`,
    "/%5f%5fheadgate/v1/batch",
    "/__HEADGATE/v1/Batch",
    `${BATCH_PATH};x`,
    `${BATCH_PATH}/`,
  ])("is answered at %s, as a route would be", async (path) => {
    for (const { gateway } of [on, off]) {
      const fields = [["Content-Type", "application/json"]] as const;
      const reply = await send(gateway, path, { method: "POST", body: '[{"path":"/a"}]', fields });
      expect([reply.status, reply.json()]).toMatchObject([200, [{ status: 200 }]]);
    }
  });

  it("is told apart by case where routes are", async () => {
    const [answer] = await askBatch(keeping.gateway, [{ path: "/a" }]);
    expect(answer?.status).toBe(200);
    expect((await ask(keeping.gateway, "/__headgate/v1/Batch", "POST", "[]")).status).toBe(404);
  });
});

describe("a route", () => {
  it.each(["/__headgate/v1/*", "/__Headgate/v1", "/%5f_headgate/v1/:id", "/many"])(
    "cannot be %s: no request would take it",
    async (path) => {
      const config = { origin: on.origin.url, policies: {}, batch: { path: "/many" }, routes: [{ path }] };
      await expect(startGateway({ config: toConfigSource(config) })).rejects.toThrow(
        /routes\.0\.path: .*own/,
      );
    },
  );
});
