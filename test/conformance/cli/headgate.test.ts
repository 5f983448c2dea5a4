// The `headgate` command line against a real gateway: every command does what it says, and every way of failing has its
// exit code and says why.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ADMIN_READ_TOKEN, ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { createCalls, createProgram, type Ended } from "../support/command-line.ts";
import { newFolder, toConfigSource } from "../support/gateway.ts";
import { startStand } from "../support/stand.ts";

const deployed = {
  counters: { shards: 2 },
  policies: {
    plan: { algorithm: "fixed-window", limit: 100, window: "1h", key: "consumer" },
    api: { algorithm: "fixed-window", limit: 50, window: "1h", key: ["ip", "path"] },
  },
  tiers: { pro: { plan: { limit: 1_000 } } },
  routes: [
    { path: "/mine", auth: "required", policies: ["plan"] },
    { path: "/*", policies: ["api"], cache: { ttl: "1h" } },
  ],
};
const { gateway, origin } = await startStand(deployed, { vars: { ADMIN_TOKEN, ADMIN_READ_TOKEN } });
const headgate = createCalls(gateway);
const program = createProgram(gateway);
const folder = await newFolder();

type Item = Readonly<Record<string, unknown>>;
const itemsOf = (ended: Ended): readonly Item[] => ended.json()["items"] as Item[];

/** What it printed, where it ended well. */
async function done(...argv: readonly string[]): Promise<Ended> {
  const ended = await headgate(argv);
  expect([ended.code, ended.err], argv.join(" ")).toEqual([0, ""]);
  return ended;
}

/** What it complained of, where it was refused. */
const refused = (...argv: readonly string[]): Promise<string> => endedBadly(1, argv);

async function endedBadly(wanted: number, argv: readonly string[]): Promise<string> {
  const { code, out, err } = await headgate(argv);
  expect([code, out], argv.join(" ")).toEqual([wanted, ""]);
  return err;
}

async function limitOf(key: string): Promise<string | undefined> {
  return (await send(gateway, "/mine", { fields: [["X-API-Key", key]] })).field("X-RateLimit-Limit");
}

describe("keys", () => {
  it("are created on two plans, listed, moved, disabled, rotated and deleted", async () => {
    const [free, pro] = await Promise.all([
      done("keys", "create", "free customer", "--json"),
      done(
        "keys",
        "create",
        "acme",
        "--tier=pro",
        "--scope=read",
        "--scope",
        "write",
        "--until",
        "90d",
        "--metadata",
        "order=7=8",
      ),
    ]);
    const { key: freeKey, id } = free.json();
    const [proKey = ""] = /hg_\w{50,}/.exec(pro.out) ?? [];
    expect(pro.out).toContain("This is shown once.");
    expect([await limitOf(String(freeKey)), await limitOf(proKey)]).toEqual(["100", "1000"]);

    const [listed, shown] = await Promise.all([
      done("keys", "list"),
      done("keys", "show", String(id), "--json"),
    ]);
    expect(listed.out).toMatch(/^id +consumer +tier +state/);
    expect(listed.out).toMatch(/acme +pro +enabled/);
    expect(listed.out + shown.out).not.toMatch(/hg_\w{50,}/);
    expect(itemsOf(await done("keys", "list", "--json"))).toContainEqual(
      expect.objectContaining({ consumer: "acme", scopes: ["read", "write"], metadata: { order: "7=8" } }),
    );

    const moved = await done("keys", "update", String(id), "--tier", "pro", "--json");
    expect(moved.json()).toMatchObject({ tier: "pro", revision: 2 });
    expect(await refused("keys", "disable", String(id), "--revision", "1")).toContain("[stale]");
    expect((await done("keys", "disable", String(id), "--revision", "2", "--json")).json()["enabled"]).toBe(
      false,
    );
    expect((await done("keys", "enable", String(id), "--json")).json()["enabled"]).toBe(true);
    const rotated = await done("keys", "rotate", String(id), "--overlap", "1m", "--json");
    expect(await limitOf(String(rotated.json()["key"]))).toBe("1000");
    expect((await done("keys", "delete", String(id))).out).toBe(`Deleted ${String(id)}\n`);
    expect(await refused("keys", "show", String(id))).toBe(
      `There is no API key "${String(id)}" [not-found]\n`,
    );
  });

  it("are created once by one --idempotency-key, and the text that was shown is not there any more", async () => {
    const argv = ["keys", "create", "once", "--idempotency-key", "first order"];
    const [first, again] = [await done(...argv), await done(...argv)];
    expect(again.out).toContain("It was there already");
    expect(again.out).not.toMatch(/hg_\w{50,}/);
    const idOf = ({ out }: Ended): string | undefined => /^id +(k\d+)$/m.exec(out)?.[1];
    expect(idOf(again)).toBe(idOf(first));
    const only = ["keys", "create", "only", "--key-only", "--idempotency-key", "second order"];
    expect((await done(...only)).out).toMatch(/^hg_\w{50,}\n$/);
    expect(await refused(...only)).toContain("headgate keys rotate gives it a new one");
    expect(await refused("keys", "create", "other", "--idempotency-key", "first order")).toContain(
      "[repeat-differs]",
    );
  });

  it("are listed over all pages, or as many as --limit says", async () => {
    const names = Array.from({ length: 120 }, (_, at) => `one-of-many-${at}`);
    await Promise.all(
      names.map((consumer) => expectStatus(201, askAdmin(gateway, "POST", "/keys", { body: { consumer } }))),
    );
    const [all, three] = await Promise.all([
      done("keys", "list", "--json"),
      done("keys", "list", "--json", "--limit", "103"),
    ]);
    const consumers = itemsOf(all).map(({ consumer }) => String(consumer));
    expect(consumers).toEqual(expect.arrayContaining(names));
    expect(new Set(itemsOf(all).map(({ id }) => id)).size).toBe(consumers.length);
    expect(itemsOf(three)).toEqual(itemsOf(all).slice(0, 103));
  });
});

describe("overrides, bans and access entries", () => {
  it.each([
    [
      "overrides",
      ["plan", "--key", "acme*", "--limit", "5000"],
      { policy: "plan", key: ["acme*"], limit: 5_000 },
    ],
    ["bans", ["203.0.113.7"], { key: "ip", value: "203.0.113.7" }],
    ["access", ["deny", "--cidr", "203.0.113.0/24"], { action: "deny", cidr: "203.0.113.0/24" }],
  ] as const)(
    "%s are created with a reason and an end, shown, listed and deleted",
    async (kind, given, wanted) => {
      const [made, wrong] = await Promise.all([
        done(kind, "create", ...given, "--reason", "their \u202elaunch", "--until", "2999-12-04", "--json"),
        headgate([kind, "create", ...given, "--reason", "\u0007", "--json"]),
      ]);
      expect(made.json()).toMatchObject({ ...wanted, expiresAtMs: Date.UTC(2999, 11, 4) });
      expect([wrong.code, wrong.out]).toEqual([2, ""]);
      expect(wrong.err).toMatch(/^--reason must be 1 to 500 printable characters/);
      const id = String(made.json()["id"]);
      const [listed, shown] = await Promise.all([done(kind, "list"), done(kind, "show", id)]);
      expect(listed.out).toMatch(/in \d+ d \(2999-12-04 00:00:00\)/);
      // The reason would turn the line around.
      expect(listed.out + shown.out).not.toContain("\u202e");
      expect(shown.out).toContain("their \\u202elaunch");
      expect(await refused(kind, "delete", id, "--revision", "7")).toContain("[stale]");
      await done(kind, "delete", id);
      const gone = await headgate([kind, "delete", id, "--json"]);
      expect([gone.code, gone.json()["code"]]).toEqual([1, "not-found"]);
    },
  );
});

describe("config", () => {
  const write = async (name: string, source: string): Promise<string> => {
    await writeFile(join(folder, name), source);
    return join(folder, name);
  };
  const toRaised = (limit: number): object => ({
    origin: origin.url,
    ...deployed,
    policies: { ...deployed.policies, api: { ...deployed.policies.api, limit } },
  });

  it("is compared, pushed, shown and rolled back, and of two writers one wins", async () => {
    const raised = await write("raised.config.ts", toConfigSource({ ...toRaised(70) }));
    expect((await done("config", "diff", raised)).out).toMatch(
      /^path +before +after\npolicies\.api\.limit +50 +70\n$/,
    );
    const pushed = await done("config", "push", raised, "--reason", "more", "--json");
    expect(pushed.json()).toMatchObject({ version: 1, isFile: false, reason: "more" });
    expect((await send(gateway, "/x", { ip: "192.0.2.1" })).field("X-RateLimit-Limit")).toBe("70");
    const again = await done("config", "push", raised);
    expect(again.out).toBe("Nothing to change: it is what is active\n");

    const other = await write("other.json", JSON.stringify(toRaised(80)));
    expect(await refused("config", "push", other, "--revision", "0")).toContain("[stale]");
    const [shown, back] = [await done("config", "show"), await done("config", "rollback", "0")];
    expect(shown.out).toMatch(/^version +1\n[\s\S]*reason +more\n[\s\S]*"limit": 70/);
    expect(back.out).toContain("2 (the deployed file)");
    const history = await done("config", "history");
    expect(history.out).toMatch(/^version[^\n]*\n2 +active [^\n]*back to version 0\n1 [^\n]*more\n$/);
    const old = await done("config", "show", "1", "--json");
    expect(old.json()["version"]).toBe(1);
    expect(await refused("config", "rollback", "99")).toContain("[not-found]");
  });

  it("that is wrong is refused with every problem, and one with a function is not sent", async () => {
    const wrong = await write("wrong.json", JSON.stringify({ ...toRaised(1), rotes: [], origin: "x" }));
    for (const word of ["diff", "push"]) {
      const { code, out } = await headgate(["config", word, wrong]);
      expect([code, out]).toEqual([1, expect.stringMatching(/\n {2}rotes: .*\[unknown-key\]\n {2}origin: /)]);
    }
    const source = "export default { routes: [{ path: '/*', cost: () => 1 }] };";
    const withFunction = await write("function.config.mjs", source);
    expect(await refused("config", "push", withFunction)).toContain("routes.0.cost is a function");
    expect(await refused("config", "push", join(folder, "nowhere.json"))).toContain("Cannot load");
  });

  it("is checked as the build does, without a gateway", async () => {
    const nobody = { HEADGATE_TOKEN: "", HEADGATE_URL: "" };
    const right = await headgate(["check"], nobody);
    expect([right.code, right.out]).toEqual([0, "headgate.config.ts is right\n"]);
    const wrong = await write(
      "wrong.config.mjs",
      "export default { origin: 'zone', policies: {}, rotes: [] };",
    );
    const checked = await headgate(["check", wrong, "--json"], nobody);
    expect([checked.code, checked.json()["isValid"]]).toEqual([1, false]);
    expect(checked.err).toMatch(
      /2 problems\n {2}routes: is required \[missing\] \(docs\/configuration\/file\.md#top-level\)\n {2}rotes: /,
    );
  });
});

describe("what a gateway is asked", () => {
  it("is answered as tables for people, and as it came for programs", async () => {
    for (let use = 0; use < 3; use += 1) await send(gateway, "/a|b", { ip: "198.51.100.9" });
    const asked = await Promise.all([
      done("health"),
      done("policies"),
      done("routes"),
      done("origins"),
      done("top", "api", "--limit", "1"),
      done("explain", "https://api.example/b", "--address", "192.0.2.9", "--header", "X-A: b:c"),
      done("audit", "--limit", "2"),
      done("explain", "https://api.example/b", "--json"),
      done("top", "plan", "--json"),
    ]);
    const [health, policies, routes, origins, top, explained, audit, json, plan] = asked.map(
      ({ out }) => out,
    );
    expect(health).toBe("status  ok\nscopes  read, keys, limits, config, purge\n");
    expect(policies).toMatch(/\napi +fixed-window +50 +1h +ip path +local\n/);
    expect(routes).toMatch(/\n1 +\/\* +api +yes\n/);
    expect(origins).toBe("(none)\n");
    expect(top).toMatch(/\napi +ip 198\.51\.100\.9, path \/a(?:\||%7C)b +allowed +50 +1h +3 +6 % +47 /i);
    expect(explained).toMatch(
      /path +\/b\nroute +1: \/\*\n[\s\S]*\napi +allowed +50 +1h +1 +49 [^\n]*ip 192\.0\.2\.9, path \/b/,
    );
    expect(audit?.split("\n").length).toBe(4);
    expect(JSON.parse(json ?? "")).toMatchObject({ path: "/b", isCached: true });
    expect(JSON.parse(plan ?? "")).toMatchObject({ objects: { unanswered: 0 } });
    expect(await refused("top", "nobody")).toContain("[not-found]");
    expect(await endedBadly(2, ["explain", "/relative"])).toContain("<request-url> must be an absolute URL");
  });

  it("is to purge its cache", async () => {
    const url = `${gateway.url}/cached`;
    const cached = async (): Promise<string> => (await send(gateway, "/cached")).field("Cache-Status") ?? "";
    await cached();
    for (const argv of [["url", url], ["prefix", `${gateway.url}/c`], ["everything"]]) {
      expect(await cached()).toContain("hit");
      expect((await done("purge", ...argv)).out).toBe("Purges: 1\n");
      expect(await cached()).not.toContain("hit");
    }
    const [tags, paths] = await Promise.all([
      done("purge", "tag", "a", "b", "--json"),
      done("purge", "path", url),
    ]);
    expect([tags.json(), paths.out]).toEqual([{ purged: 2 }, "Purges: 1\n"]);
    expect(await endedBadly(2, ["purge", "tag", "two words"])).toContain("<tag> must be a tag");
  });
});

describe("the program", () => {
  it("ends as its command ended, with answers on one stream and complaints on the other", async () => {
    const [created, unknown, wrong, reads, changes, none] = await Promise.all([
      program(["keys", "create", "by-program", "--json"]),
      program(["keys", "creat"]),
      program(["keys", "list"], { HEADGATE_TOKEN: "another-token" }),
      program(["health"], { HEADGATE_TOKEN: ADMIN_READ_TOKEN }),
      program(["keys", "create", "a", "--json"], { HEADGATE_TOKEN: ADMIN_READ_TOKEN }),
      program(["health"], { HEADGATE_TOKEN: "" }),
    ]);
    expect([created.code, created.err]).toEqual([0, ""]);
    expect(await limitOf(String(created.json()["key"]))).toBe("100");
    expect([unknown.code, unknown.out]).toEqual([2, ""]);
    expect([wrong.code, wrong.err]).toEqual([
      1,
      "HEADGATE_TOKEN is not this gateway's token [unauthorized]\n",
    ]);
    expect([reads.code, reads.out]).toEqual([0, "status  ok\nscopes  read\n"]);
    expect([changes.code, changes.json()["code"]]).toEqual([1, "read-only"]);
    expect(changes.err).toContain("needs the gateway's ADMIN_TOKEN [read-only]");
    expect([none.code, none.err]).toEqual([2, expect.stringContaining("HEADGATE_TOKEN is not set")]);
  });
});
