// Links to the origin lead to the gateway: whoever follows the pages of an answer comes back here, without credentials of the
// gateway's, and with its own.

import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN } from "../support/admin.ts";
import { type Reply, type RequestOptions, send } from "../support/client.ts";
import { startGateway } from "../support/gateway.ts";
import { issueKey } from "../support/keys.ts";
import { type RecordedRequest, startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

const TOKEN = "EAAB-the-token-of-the-app";
const origin = await startOrigin();
afterAll(origin.close);
/** What the API calls itself by: nobody who is sent through the gateway gets here. */
const around = await startOrigin();
afterAll(around.close);

const gateway = await startGateway({
  config: `import { defineConfig } from "headgate";

export default defineConfig({
  origin: ${JSON.stringify(origin.url)},
  auth: { apiKeys: { query: "access_token" } },
  policies: {},
  origins: {
    graph: {
      members: [{ url: "${origin.url}/base", credential: { secret: "FB_TOKEN", query: "access_token" } }],
      feedback: { profile: "facebook-graph", otherScopes: "pool" },
    },
    github: { members: [${JSON.stringify(origin.url)}], feedback: { profile: "github", otherScopes: "pool" } },
  },
  routes: [
    { path: "/v25.0/*", origin: "graph", auth: "required", links: { origins: [${JSON.stringify(around.url)}] } },
    { path: "/fb/v25.0/*", origin: "graph", auth: "required", stripPrefix: "/fb", cache: { ttl: "1h" } },
    { path: "/repos/*", origin: "github" },
    { path: "/off", origin: "github", links: { fields: [] } },
    { path: "/own/*", links: { fields: ["*"] } },
    { path: "/*" },
  ],
});
`,
  vars: { FB_TOKEN: TOKEN, ADMIN_TOKEN },
});
afterAll(gateway.close);
const key = await issueKey(gateway, { consumer: "acme" });

const JSON_FIELDS = [["Content-Type", "application/json; charset=utf-8"]] as const;

/** Like Graph's: three pages, each with the URL of the next, with all parameters of the call in it. */
function servePages(path: string, self: string): void {
  origin.serve(path, ({ target }: RecordedRequest) => {
    const url = new URL(target, self);
    const page = Number(url.searchParams.get("after") ?? 1);
    url.searchParams.set("after", String(page + 1));
    // By its other name the API has no base path.
    const pathname = self === around.url ? url.pathname.replace("/base", "") : url.pathname;
    const paging =
      page < 3 ? { next: self + pathname + url.search, previous: "https://cdn.example/x?sig=1" } : {};
    const data = [
      { id: page, name: "é", picture: `${self}/picture?access_token=${TOKEN}`, comments: { paging } },
    ];
    return { fields: JSON_FIELDS, body: JSON.stringify({ data, paging }) };
  });
}

async function follow(path: string, options: RequestOptions = {}): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  let next: string | undefined = gateway.url + path;
  while (next !== undefined) {
    const url: URL = new URL(next);
    expect(url.origin).toBe(new URL(gateway.url).origin);
    const reply = await send(gateway, url.pathname + url.search, options);
    expect([reply.status, reply.text().includes(TOKEN)]).toEqual([200, false]);
    replies.push(reply);
    next = (reply.json()["paging"] as { next?: string } | undefined)?.next;
  }
  return replies;
}

describe("pages of a JSON answer", () => {
  it.each([
    ["by the member's URL", origin.url, "/v25.0/me/posts"],
    ["by another name of the API", around.url, "/v25.0/me/posts"],
    ["with a prefix", origin.url, "/fb/v25.0/me/posts"],
  ])("%s are followed through the gateway, with the caller's own key", async (_how, self, path) => {
    servePages("/base/v25.0/me/posts", self);
    const before = origin.requests().length;
    const replies = await follow(`${path}?limit=1&access_token=${key.text}`);
    expect(replies).toHaveLength(3);
    const asked = origin.requests().slice(before);
    expect(asked.map(({ target }) => new URL(target, origin.url).searchParams.get("access_token"))).toEqual(
      Array(3).fill(TOKEN),
    );
    expect(replies[0]?.json()).toMatchObject({
      data: [{ name: "é", comments: { paging: { next: expect.stringContaining(gateway.url) as string } } }],
      paging: { previous: "https://cdn.example/x?sig=1" },
    });
    expect(replies[0]?.text()).toContain(`${self}/picture?access_token=***`);
    expect(around.requests()).toEqual([]);
  });

  it("come from the store with links of whoever asks", async () => {
    servePages("/base/v25.0/me/cached", origin.url);
    const other = await issueKey(gateway, { consumer: "other" });
    for (const { text } of [key, key, other]) {
      const reply = await send(gateway, `/fb/v25.0/me/cached?access_token=${text}`);
      const { next } = reply.json()["paging"] as { next: string };
      expect(new URL(next).searchParams.getAll("access_token")).toEqual([text]);
    }
  });

  it("have no key where that stood in a field", async () => {
    servePages("/base/v25.0/me/posts", origin.url);
    const replies = await follow("/v25.0/me/posts?limit=1", { fields: [["X-API-Key", key.text]] });
    expect(replies).toHaveLength(3);
    expect(replies.map((reply) => reply.text()).join("")).not.toContain(key.text);
  });
});

describe("pages of the answers in a batch", () => {
  it("are followed through the gateway, without what is the gateway's", async () => {
    const next = `${origin.url}/base/v25.0/me/posts?after=2&access_token=${TOKEN}`;
    const body = JSON.stringify({ data: [{ name: "é" }], paging: { next } });
    origin.serve("/base/v25.0/", { fields: JSON_FIELDS, body: JSON.stringify([{ code: 200, body }, null]) });
    const fields = [["Content-Type", "application/x-www-form-urlencoded"]] as const;
    const reply = await send(gateway, `/v25.0/?access_token=${key.text}`, {
      method: "POST",
      fields: [...fields],
      body: `batch=${encodeURIComponent(JSON.stringify([{ method: "GET", relative_url: "me/posts" }]))}`,
    });
    expect(reply.text()).not.toContain(TOKEN);
    const [first] = JSON.parse(reply.text()) as readonly [{ readonly body: string }, null];
    expect(JSON.parse(first.body)).toEqual({
      data: [{ name: "é" }],
      paging: { next: `${gateway.url}/v25.0/me/posts?after=2&access_token=${key.text}` },
    });
  });
});

describe("links in fields", () => {
  it("lead to the gateway, without what is the gateway's", async () => {
    const url = (host: string): string => `${host}/base/v25.0/x?a=1&access_token=${TOKEN}`;
    origin.serve("/base/v25.0/moved", {
      status: 302,
      fields: [
        ["Location", url(origin.url)],
        [
          "Link",
          `<${url(origin.url)}>; rel="next", <${around.url}/v25.0/y?access_token=${TOKEN}>; rel="last"`,
        ],
      ],
    });
    const reply = await send(gateway, "/v25.0/moved", { fields: [["X-API-Key", key.text]] });
    expect(reply.field("Location")).toBe(`${gateway.url}/v25.0/x?a=1`);
    expect(reply.field("Link")).toBe(
      `<${gateway.url}/v25.0/x?a=1>; rel="next", <${gateway.url}/v25.0/y>; rel="last"`,
    );
  });
});

describe("GitHub's links", () => {
  const repo = {
    url: `${origin.url}/repos/a/b`,
    html_url: "https://github.example/a/b",
    forks_url: `${origin.url}/repos/a/b/forks{?page}`,
    other: `${origin.url}/x`,
  };

  it("lead to the gateway by default, other hosts' and other members stay", async () => {
    origin.serve("/repos/a/b", {
      fields: [...JSON_FIELDS, ["ETag", '"1"'], ["Accept-Ranges", "bytes"]],
      body: JSON.stringify([repo]),
    });
    const reply = await send(gateway, "/repos/a/b", { fields: [["Accept-Encoding", "gzip"]] });
    expect(JSON.parse(gunzipSync(reply.body).toString())).toEqual([
      { ...repo, url: `${gateway.url}/repos/a/b`, forks_url: `${gateway.url}/repos/a/b/forks{?page}` },
    ]);
    expect([reply.field("ETag"), reply.field("Accept-Ranges")]).toEqual(['W/"1"', undefined]);
    // A cache finds what it has by the same tag (RFC 9111 section 4.3.4): a 304 has no type.
    origin.serve("/repos/a", { status: 304, fields: [["ETag", '"1"']] });
    const confirmed = await send(gateway, "/repos/a", { fields: [["If-None-Match", 'W/"1"']] });
    expect([confirmed.status, confirmed.field("ETag")]).toEqual([304, 'W/"1"']);
    expect(origin.requests("/repos/a/b").at(-1)?.field("Accept-Encoding")).toBe("identity");
  });

  it("stay where a route says so, and where there is no profile", async () => {
    origin.serve("/off", { fields: [...JSON_FIELDS, ["ETag", '"1"']], body: JSON.stringify(repo) });
    origin.serve("/plain", { fields: JSON_FIELDS, body: JSON.stringify(repo) });
    for (const path of ["/off", "/plain"]) expect((await send(gateway, path)).json()).toEqual(repo);
  });

  it("that cannot be read are logged", async () => {
    origin.serve("/repos/gzip", {
      fields: [...JSON_FIELDS, ["Content-Encoding", "gzip"]],
      body: gzipSync(JSON.stringify(repo)),
    });
    expect((await send(gateway, "/repos/gzip")).status).toBe(200);
    origin.serve("/repos/long", {
      fields: JSON_FIELDS,
      body: JSON.stringify({ url: `${origin.url}/${"x".repeat(20_000)}` }),
    });
    expect((await send(gateway, "/repos/long")).text()).toContain(origin.url);
    for (const cause of ["coded: gzip", "too long or too deep"])
      await until(cause, () =>
        gateway.logs().some((line) => line.includes("links-left") && line.includes(cause)),
      );
  });
});

it("every link to the origin, in an answer of any length that comes in pieces", async () => {
  const links = Array.from({ length: 5_000 }, (_, at) => `${origin.url}/own/${at}?a=é&b="`);
  const text = JSON.stringify({ links, deep: [[{ x: links[0] }]] });
  origin.serve("/own/long", { fields: JSON_FIELDS, body: inPieces(text) });
  const reply = await send(gateway, "/own/long");
  // What is no ASCII is no URL.
  expect(reply.text()).toBe(text);
  const plain = text.replaceAll("é", "e");
  origin.serve("/own/long", { fields: JSON_FIELDS, body: inPieces(plain) });
  expect((await send(gateway, "/own/long")).text()).toBe(plain.replaceAll(origin.url, gateway.url));
});

async function* inPieces(text: string): AsyncIterable<string> {
  for (let at = 0; at < text.length; at += 9_973) yield await Promise.resolve(text.slice(at, at + 9_973));
}
