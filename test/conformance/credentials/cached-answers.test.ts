// Cached routes behind a credential: one consumer's answer is never another's, however the credential came and although the
// origin never sees it (RFC 9111 section 3.5).

import { describe, expect, it } from "vitest";
import { startCacheStand } from "../support/cache-stand.ts";
import { newAddress, type RequestOptions } from "../support/client.ts";
import { issueKey } from "../support/keys.ts";
import { until } from "../support/until.ts";

const stand = await startCacheStand(
  [
    { path: "/required/*", auth: "required", cache: { ttl: "1h" } },
    { path: "/free/*", auth: "required", cache: { ttl: "1h", hits: "free" } },
    { path: "/optional/*", auth: "optional", cache: { ttl: "1h" } },
    { path: "/keyed/*", auth: "required", cache: { ttl: "1h", key: { headers: ["authorization"] } } },
    { path: "/forwarding/*", auth: "required", forwardCredential: true, cache: {} },
  ],
  { auth: { apiKeys: { query: "key" }, attempts: { limit: 1_000 } } },
);
const { gateway, serve, ask, asked, lastAsked } = stand;

const places = ["bearer", "x-api-key", "query"] as const;
type Place = (typeof places)[number];

/** The body that a key gets of a path. */
async function get(path: string, text: string | undefined, place: Place): Promise<string> {
  const ip = newAddress();
  const options: RequestOptions =
    text === undefined || place === "query"
      ? { ip }
      : { ip, fields: [place === "bearer" ? ["Authorization", `Bearer ${text}`] : ["X-API-Key", text]] };
  const query = text !== undefined && place === "query" ? `?key=${text}` : "";
  const reply = await ask(path + query, options);
  return `${reply.status} ${reply.text()}`;
}

const [ann, bob] = [(await issueKey(gateway)).text, (await issueKey(gateway)).text];

describe.each(places)("with a key as %s", (place) => {
  it.each(["required", "free"])(
    "an answer that only the route calls fresh is nobody else's: %s",
    async (folder) => {
      const path = serve(folder, {});
      const bodies = [await get(path, ann, place), await get(path, bob, place), await get(path, ann, place)];
      expect(bodies).toEqual(["200 answer 1", "200 answer 2", "200 answer 3"]);
    },
  );

  it.each(["max-age=60", "private, max-age=60", "no-store"])("nor is one with %s", async (control) => {
    const path = serve("required", { fields: [["Cache-Control", control]] });
    expect([await get(path, ann, place), await get(path, bob, place)]).toEqual([
      "200 answer 1",
      "200 answer 2",
    ]);
  });

  it.each(["public, max-age=60", "s-maxage=60"])(
    "one with %s is everybody's who is let in",
    async (control) => {
      const path = serve("required", { fields: [["Cache-Control", control]] });
      await get(path, ann, place);
      await stand.untilHit(path, { ip: newAddress(), fields: [["Authorization", `Bearer ${ann}`]] });
      const before = asked(path);
      for (const other of places) expect(await get(path, bob, other)).toMatch(/^200 answer /);
      expect(asked(path)).toBe(before);
      expect(await get(path, undefined, place)).toMatch(/^401 /);
    },
  );

  it("one that varies by X-Consumer is its consumer's, whoever claims to be them", async () => {
    const path = serve("required", (request) => ({
      fields: [
        ["Cache-Control", "public, max-age=60"],
        ["Vary", "X-Consumer"],
      ],
      body: `for ${request.field("x-consumer")}`,
    }));
    const [one, two] = [await get(path, ann, place), await get(path, bob, place)];
    expect(one).not.toBe(two);
    for (let time = 0; time < 3; time += 1) {
      expect(await get(path, ann, place)).toBe(one);
      const claim = lastAsked(path).field("x-consumer") ?? "";
      const reply = await ask(path, {
        fields: [
          ["Authorization", `Bearer ${bob}`],
          ["X-Consumer", one.slice(8)],
          ["X-Tier", claim],
        ],
      });
      expect(`200 ${reply.text()}`).toBe(two);
    }
  });

  it("where the credential is part of the key, each has an entry of their own", async () => {
    const path = serve("keyed", {});
    expect(await get(path, ann, place)).toBe("200 answer 1");
    expect(await get(path, bob, place)).toBe("200 answer 2");
    await until("ann's answer from the store", async () => {
      const before = asked(path);
      const body = await get(path, ann, place);
      return asked(path) === before && body;
    });
    for (let time = 0; time < 3; time += 1)
      expect(await get(path, bob, place)).not.toBe(await get(path, ann, place));
  });

  it("nor does Connection hide the credential from the cache", async () => {
    const path = serve("required", {});
    const hidden = (text: string): RequestOptions => ({
      fields: [
        ["Authorization", `Bearer ${text}`],
        ["Connection", "authorization"],
      ],
    });
    expect((await ask(path, hidden(ann))).text()).toBe("answer 1");
    expect((await ask(path, hidden(bob))).text()).toBe("answer 2");
  });
});

describe("where a credential is optional", () => {
  it("an anonymous answer is not a consumer's, and a consumer's is nobody else's", async () => {
    const path = serve("optional", (request, time) => ({
      fields: [["Cache-Control", "public, max-age=60"]],
      body: `${request.field("x-consumer") ?? "nobody"} ${time}`,
    }));
    await get(path, undefined, "bearer");
    const anonymous = await stand.untilHit(path, { ip: newAddress() });
    expect(anonymous.text()).toMatch(/^nobody/);
    expect(await get(path, ann, "bearer")).not.toContain("nobody");
    expect((await ask(path)).text()).toBe(anonymous.text());
  });
});

describe("a stored answer", () => {
  it("has no credential in its cache key: the query parameter is not part of the URL", async () => {
    const path = serve("required", { fields: [["Cache-Control", "public, max-age=60"]] });
    await get(path, ann, "query");
    expect(lastAsked(path).target).toBe(path);
    await stand.untilHit(`${path}?key=${bob}`);
    await stand.untilHit(path, { fields: [["X-API-Key", bob]] });
  });

  it("of many at once is asked for by each who may not share it", async () => {
    const path = serve("required", async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { body: `for ${request.field("x-consumer")}` };
    });
    const texts = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? ann : bob));
    const bodies = await Promise.all(texts.map((text) => get(path, text, "x-api-key")));
    expect(new Set(bodies.filter((_, at) => at % 2 === 0)).size).toBe(1);
    expect(new Set(bodies).size).toBe(2);
    expect(asked(path)).toBe(10);
  });
});
