// What an operator types by mistake and what is said to it, by the command line and by the API: nothing that can have no
// effect is taken in silence. Some commands run in a process of their own: how one ends is the same for all.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { createCalls, createProgram } from "../support/command-line.ts";
import { type Body, PURGE, reason, VAIN, WRONG } from "../support/operator-mistakes.ts";
import { startStand } from "../support/stand.ts";

const { gateway } = await startStand(
  {
    policies: {
      plan: { algorithm: "fixed-window", limit: 100, window: "1h", key: "consumer" },
      search: { algorithm: "token-bucket", limit: 60, window: "1m", burst: 20, key: ["ip", "path"] },
      places: { algorithm: "sliding-window", limit: 10, window: "1m", key: "country" },
      spare: { algorithm: "sliding-window", limit: 10, window: "1m", key: "ip" },
    },
    tiers: { pro: { plan: { limit: 1_000 } }, free: {} },
    routes: [
      { path: "/mine", auth: "required", policies: ["plan"], scopes: ["orders:read"] },
      { path: "/search", policies: ["search", "places"] },
      { path: "/img/*", cache: { ttl: "1h" } },
      { path: "/*" },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);
const program = createProgram(gateway);
const headgate = createCalls(gateway);

const WHY = ["--reason", reason];

/** A value with a space cannot be one of the words of a table. */
const toArguments = (typed: string, path: string): readonly string[] => {
  const words = typed.split(" ").map((word) => word.replace("issuer.example#7", "https://issuer.example 7"));
  return path === "/keys" || path === PURGE ? words : [...words, ...WHY];
};

describe("a mistake", () => {
  it.each(WRONG)("is refused: %s", async (typed, path, body, said) => {
    const asked = toArguments(typed, path);
    const { code, out, err } = await headgate(asked);
    expect(out).toBe("");
    // What is wrong by itself is told before the gateway is asked; of the rest only the gateway knows.
    if (code !== 2)
      expect([code, err.split("\n", 1)[0]]).toEqual([1, "The gateway refused it [invalid-body]"]);
    expect(err).toContain(said);
    const refused = await askAdmin(gateway, "POST", path, { body: { ...body, force: true } });
    expect([refused.status, refused.json()["code"]]).toEqual([400, "invalid-body"]);
  });

  it.each(VAIN)(
    "is refused until it is forced, and then with a warning: %s",
    async (typed, path, body, said) => {
      const asked = toArguments(typed, path);
      const refused = await headgate(asked);
      expect([refused.code, refused.out]).toEqual([1, ""]);
      expect(refused.err).toContain(said);
      expect(refused.err).toContain("--force takes it all the same");
      const forced = await headgate([...asked, "--force"]);
      expect([forced.code, forced.err]).toEqual([0, ""]);
      expect(forced.out).toContain("It was taken, and has no effect yet:");
      expect(forced.out).toContain(said);
      const status = path === PURGE ? 202 : 201;
      const problem = await expectStatus(400, askAdmin(gateway, "POST", path, { body }));
      expect(problem["code"]).toBe("no-effect");
      const { warnings, force } = await expectStatus(
        status,
        askAdmin(gateway, "POST", path, { body: { ...body, force: true } }),
      );
      expect([warnings, force]).toEqual([problem["problems"], undefined]);
    },
  );

  it.each([
    ["top plam", 'policy: must name a policy, received "plam"; did you mean "plan"? [unknown-policy]'],
    ["keys show acme", '"acme" is no id: headgate keys list shows them'],
    ["bans create 192.0.2.1 --until yesterday --reason x", "--until must be a time to come"],
    ["overrides create plan --limit many --reason x", "--limit must be a whole number"],
    ["keys creat acme", "keys create"],
  ])("in a word is told with what was meant: %s", async (typed, said) => {
    const { code, out, err } = await program(typed.split(" "));
    expect([code > 0, out]).toEqual([true, ""]);
    expect(err).toContain(said);
  });

  it.each([
    ["/counters?policy=plam&key=acme", 404, "policy", "unknown-policy"],
    ["/counters?policy=search&key=192.0.2.1", 400, "key", "invalid"],
    ["/counters?policy=search&key=bob&key=/search", 400, "key.0", "invalid"],
    ["/counters?policy=plan&key=acme&continent=EU", 400, "continent", "no-effect"],
    ["/counters/top?policy=serch", 404, "policy", "unknown-policy"],
  ])("in what is looked up is told by name: %s", async (path, status, place, code) => {
    const { problems } = await expectStatus(status, askAdmin(gateway, "GET", path));
    expect(problems).toMatchObject([{ path: place, code }]);
  });
});

describe("what may be meant", () => {
  it("is taken, and said: an entry that lets in where nobody is kept out", async () => {
    const made = await headgate(["access", "create", "allow", "--cidr", "192.0.2.1", ...WHY]);
    expect([made.code, made.err]).toEqual([0, ""]);
    expect(made.out).toContain("action: nobody is kept out");
    await expectStatus(
      201,
      askAdmin(gateway, "POST", "/access", { body: { action: "deny", country: "KP", reason } }),
    );
    const other = await headgate(["access", "create", "allow", "--cidr", "192.0.2.2", ...WHY]);
    expect(other.out).not.toContain("nobody is kept out");
  });
});

describe("a change", () => {
  const make = async (path: string, body: Body): Promise<string> =>
    `${path}/${String((await expectStatus(201, askAdmin(gateway, "POST", path, { body })))["id"])}`;

  it("is looked at as a create is, and may be forced as well", async () => {
    const key = await make("/keys", { consumer: "moved", tier: "pro" });
    const patch = (body: Body): ReturnType<typeof askAdmin> =>
      askAdmin(gateway, "PATCH", key, { body, ifMatch: "*" });
    expect((await expectStatus(400, patch({ tier: "por" })))["code"]).toBe("no-effect");
    expect(await expectStatus(200, patch({ tier: "later", force: true }))).toMatchObject({
      tier: "later",
      warnings: [{ code: "unknown-tier" }],
    });
    // What was forced stays: to disable it nothing has to be forced again.
    expect(await expectStatus(200, patch({ enabled: false }))).not.toHaveProperty("warnings");
    const shown = await expectStatus(200, askAdmin(gateway, "GET", key));
    expect(shown).not.toHaveProperty("force");
  });

  it("may end what is there at once", async () => {
    const ban = await make("/bans", { value: "198.51.100.3", reason });
    const body = { expiresAtMs: 1 };
    await expectStatus(200, askAdmin(gateway, "PATCH", ban, { body, ifMatch: "*" }));
    const over = askAdmin(gateway, "POST", "/bans", { body: { value: "198.51.100.4", reason, ...body } });
    expect((await expectStatus(400, over))["problems"]).toMatchObject([{ path: "expiresAtMs" }]);
  });

  it("is looked at by the configuration that is active, not by the deployed file", async () => {
    const { config } = await expectStatus(200, askAdmin(gateway, "GET", "/config"));
    const tiers = { ...(config as { tiers: object }).tiers, gold: {} };
    const put = { config: { ...(config as object), tiers } };
    await expectStatus(200, askAdmin(gateway, "PUT", "/config", { body: put, ifMatch: "*" }));
    await make("/keys", { consumer: "golden", tier: "gold" });
    await expectStatus(
      200,
      askAdmin(gateway, "POST", "/config/rollback", { body: { version: 0 }, ifMatch: "*" }),
    );
    await expectStatus(
      400,
      askAdmin(gateway, "POST", "/keys", { body: { consumer: "golden", tier: "gold" } }),
    );
  });
});
