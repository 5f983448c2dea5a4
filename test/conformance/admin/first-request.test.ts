// The first request of an instance that has just started, with its storage kept: what operators changed before holds for
// it too, and it waits for nothing that is far or says nothing.

import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { type Reply, send, type RequestOptions, type Target } from "../support/client.ts";
import { newFolder } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { startWatchedGateway, type WatchedGateway } from "../support/watched-gateway.ts";

const origin = await startOrigin();
afterAll(origin.close);

const FILE = {
  origin: origin.url,
  policies: { api: { algorithm: "fixed-window", limit: 500, window: "1h", key: "ip" } },
  routes: [{ path: "/*", policies: ["api"] }],
};
const PUSHED = {
  ...FILE,
  policies: { api: { ...FILE.policies.api, limit: 70 } },
  routes: [
    { path: "/closed", auth: "required", policies: ["api"] },
    { path: "/*", policies: ["api"] },
  ],
};
/** Nothing answers within it but what has failed: the longest wait for knowledge, and a slow machine. */
const BOUND_MS = 3_000;

const newStorage = async (): Promise<string> => {
  const folder = await newFolder();
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** Starts an instance, does this, and ends it: what is done is the first that the instance sees. */
async function withNew<Value>(
  persistTo: string,
  {
    vars = { ADMIN_TOKEN },
    act,
  }: { vars?: Readonly<Record<string, string>>; act: (gateway: WatchedGateway) => Promise<Value> },
): Promise<Value> {
  const gateway = await startWatchedGateway(FILE, vars, persistTo);
  try {
    return await act(gateway);
  } finally {
    await gateway.close();
  }
}

const codeOf = (reply: Reply): unknown => reply.json()["code"];

describe("after a restart, the first request", () => {
  let storage = "";
  beforeAll(async () => {
    storage = await newStorage();
    await withNew(storage, {
      act: async (gateway) => {
        const create = (kind: string, body: object): Promise<unknown> =>
          expectStatus(201, askAdmin(gateway, "POST", `/${kind}`, { body: { reason: "test", ...body } }));
        // The near object learns that nothing was changed; what follows is sent to it.
        expect((await send(gateway, "/")).status).toBe(200);
        await create("bans", { value: "192.0.2.1" });
        await create("access", { action: "deny", cidr: "192.0.2.2" });
        await create("overrides", { policy: "api", key: ["192.0.2.3"], limit: 7 });
        await expectStatus(
          200,
          askAdmin(gateway, "PUT", "/config", { body: { config: PUSHED }, ifMatch: "*" }),
        );
      },
    });
  });

  const limitOf = (reply: Reply): unknown => reply.field("X-RateLimit-Limit");
  const cases: readonly (readonly [string, string, RequestOptions, (reply: Reply) => unknown, unknown])[] = [
    ["of a banned client is refused", "/", { ip: "192.0.2.1" }, codeOf, "banned"],
    [
      "of a client that an access entry keeps out is refused",
      "/",
      { ip: "192.0.2.2" },
      codeOf,
      "access-denied",
    ],
    ["is counted under its override", "/", { ip: "192.0.2.3" }, limitOf, "7"],
    ["is counted under a pushed limit", "/", { ip: "192.0.2.4" }, limitOf, "70"],
    [
      "needs the credential that a pushed route wants",
      "/closed",
      { ip: "192.0.2.5" },
      codeOf,
      "credential-missing",
    ],
  ];

  it.each(cases)("%s", async (_name, path, options, read, wanted) => {
    expect(read(await withNew(storage, { act: (gateway) => send(gateway, path, options) }))).toBe(wanted);
  });

  it("is right for all that come at once, which ask once together", async () => {
    await withNew(storage, {
      vars: { ADMIN_TOKEN, NEAR_STATE: "slow" },
      act: async (gateway) => {
        const asked = [...cases, ...cases, ...cases, ...cases];
        const seen = await Promise.all(
          asked.map(async ([, path, options, read]) => read(await send(gateway, path, options))),
        );
        expect(seen).toEqual(asked.map(([, , , , wanted]) => wanted));
        expect((await gateway.readKnowledge()).near).toBe(1);
      },
    });
  });

  it("does not wait for a control object that says nothing", async () => {
    const vars = { ADMIN_TOKEN, CONTROL_STATE: "silent" };
    const act = (gateway: Target): Promise<Reply> => send(gateway, "/", { ip: "192.0.2.1" });
    expect(codeOf(await withNew(storage, { vars, act }))).toBe("banned");
  });

  it.each(["silent", "failing"])("is right where the object near it is %s", async (state) => {
    const vars = { ADMIN_TOKEN, NEAR_STATE: state };
    const act = (gateway: Target): Promise<Reply> => send(gateway, "/", { ip: "192.0.2.1" });
    expect(codeOf(await withNew(storage, { vars, act }))).toBe("banned");
  });

  it.each(["silent", "failing"])(
    "is answered with 503 where nobody says what operators changed: both objects are %s",
    async (state) => {
      const vars = { ADMIN_TOKEN, NEAR_STATE: state, CONTROL_STATE: state };
      const replies = await withNew(storage, {
        vars,
        act: (gateway) => Promise.all(["/", "/closed", "/"].map((path) => send(gateway, path))),
      });
      for (const reply of replies) {
        expect([reply.status, codeOf(reply), reply.field("Retry-After")]).toEqual([503, "not-ready", "1"]);
        expect(reply.answeredAtMs - reply.sentAtMs).toBeLessThan(BOUND_MS);
      }
    },
  );

  it("of the admin API is answered where nobody says what operators changed", async () => {
    const vars = { ADMIN_TOKEN, NEAR_STATE: "silent", CONTROL_STATE: "silent" };
    const { status } = await withNew(storage, {
      vars,
      act: (gateway) => askAdmin(gateway, "GET", "/health"),
    });
    expect(status).toBe(200);
  });
});

describe("where nothing was ever changed, the first request", () => {
  it("asks nobody without an admin token", async () => {
    const act = async (gateway: WatchedGateway): Promise<unknown> => {
      expect((await send(gateway, "/")).status).toBe(200);
      return gateway.readKnowledge();
    };
    expect(await withNew(await newStorage(), { vars: {}, act })).toEqual({ control: 0, near: 0 });
  });

  it("waits for the object near it alone, once for all that come at once", async () => {
    const storage = await newStorage();
    expect((await withNew(storage, { act: (gateway) => send(gateway, "/") })).status).toBe(200);
    await withNew(storage, {
      // A request that waited for the control object would get no answer.
      vars: { ADMIN_TOKEN, CONTROL_STATE: "silent", NEAR_STATE: "slow" },
      act: async (gateway) => {
        const replies = await Promise.all(Array.from({ length: 20 }, () => send(gateway, "/")));
        expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
        expect((await gateway.readKnowledge()).near).toBe(1);
      },
    });
  });
});
