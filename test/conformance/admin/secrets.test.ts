// A configuration is shown without the secrets in it, wherever it is shown, and what was shown can be put again: the origin
// goes on to get the real ones.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { createCalls } from "../support/command-line.ts";
import { newFolder } from "../support/gateway.ts";
import { startStand } from "../support/stand.ts";
import { startOrigin } from "../support/origin.ts";

const SECRETS = ["s3cret-of-the-origin", "jwks-t0ken", "che(k-t0ken", "another-s3cret"];
const [ORIGINS, JWKS, CHECK, OTHER] = SECRETS as [string, string, string, string];

const upstream = await startOrigin();
type Body = Readonly<Record<string, unknown>>;

const toConfig = (authorization: string, limit: number): Body => ({
  origin: "main",
  origins: {
    main: {
      members: [
        { url: upstream.url, headers: { Authorization: `Bearer ${authorization}`, Accept: "text/plain" } },
      ],
      checks: { path: `/health?token=${encodeURIComponent(CHECK)}`, interval: "1h" },
    },
  },
  auth: {
    issuers: [
      {
        issuer: "https://issuer.example",
        audience: "api",
        algorithms: ["RS256"],
        jwks: `https://issuer.example/jwks?token=${JWKS}`,
      },
    ],
  },
  policies: { api: { algorithm: "token-bucket", limit, window: "1m", key: "ip" } },
  routes: [{ path: "/*", policies: ["api"], auth: "optional" }],
});

const { gateway } = await startStand(toConfig(ORIGINS, 100), { vars: { ADMIN_TOKEN } });

const MASK = /\*\*\*[0-9a-f]{8}/;

async function shownAt(path: string): Promise<Body> {
  const reply = await askAdmin(gateway, "GET", path);
  expect(reply.status).toBe(200);
  for (const secret of SECRETS)
    for (const written of [secret, encodeURIComponent(secret)]) expect(reply.text()).not.toContain(written);
  return reply.json();
}

const configOf = async (path = "/config"): Promise<Body> => (await shownAt(path))["config"] as Body;
const put = (config: unknown): ReturnType<typeof askAdmin> =>
  askAdmin(gateway, "PUT", "/config", { body: { config }, ifMatch: "*" });

async function authorizationSent(): Promise<string | undefined> {
  const reply = await send(gateway, "/asked");
  expect(reply.status).toBe(200);
  return upstream.requests("/asked").at(-1)?.field("Authorization");
}

describe("a secret in the configuration", () => {
  it("is shown by its mask alone, and the rest as it is", async () => {
    const config = await configOf();
    expect(JSON.stringify(config)).toMatch(MASK);
    const { members } = (config["origins"] as { main: { members: { headers: Record<string, string> }[] } })
      .main;
    expect(members[0]?.headers).toEqual({
      Authorization: expect.stringMatching(/^\*\*\*[0-9a-f]{8}$/) as string,
      Accept: "text/plain",
    });
    await configOf("/config/versions/0");
  });

  it("is put back where what was shown is put again, and the origin goes on to get it", async () => {
    expect(await authorizationSent()).toBe(`Bearer ${ORIGINS}`);
    const config = await configOf();
    const raised = {
      ...config,
      policies: { api: { algorithm: "token-bucket", limit: 200, window: "1m", key: "ip" } },
    };
    const checked = await expectStatus(
      200,
      askAdmin(gateway, "POST", "/config/check", { body: { config: raised } }),
    );
    expect(checked).toMatchObject({
      isValid: true,
      changes: [{ path: "policies.api.limit", before: 100, after: 200 }],
    });
    await expectStatus(200, put(raised));
    expect(await authorizationSent()).toBe(`Bearer ${ORIGINS}`);
    expect((await send(gateway, "/asked")).field("X-RateLimit-Limit")).toBe("200");
    expect(await configOf()).toEqual(raised);
    const again = await shownAt("/config");
    expect(again["changes"]).toEqual([{ path: "policies.api.limit", before: 100, after: 200 }]);
  });

  it("that changes is seen to change, without being shown: in the check, the history and the audit log", async () => {
    const body = { config: toConfig(OTHER, 200) };
    const checking = await askAdmin(gateway, "POST", "/config/check", { body });
    for (const secret of SECRETS) expect(checking.text()).not.toContain(secret);
    const [change, ...others] = checking.json()["changes"] as {
      before: string;
      after: string;
      path: string;
    }[];
    expect(others).toEqual([]);
    expect(change?.path).toBe("origins.main.members.0.headers.Authorization");
    expect([change?.before, change?.after]).toEqual([
      expect.stringMatching(MASK),
      expect.stringMatching(MASK),
    ]);
    expect(change?.before).not.toBe(change?.after);
    await expectStatus(200, put(body.config));
    expect(await authorizationSent()).toBe(`Bearer ${OTHER}`);
    const { items } = await shownAt("/audit?limit=1");
    expect(items).toMatchObject([{ action: "config.put", after: { changes: [change] } }]);
    const { version } = await shownAt("/config");
    await configOf(`/config/versions/${String(version)}`);
  });

  it("is not replaced by a mask that stands for nothing, nor given to a place where it is shown", async () => {
    const config = await configOf();
    const text = JSON.stringify(config);
    const [mask = ""] = MASK.exec(text) ?? [];
    const stolen = { ...config, access: { deny: { userAgents: [mask] } } };
    for (const wrong of [JSON.parse(text.replace(mask, "***00000000")), stolen]) {
      const refused = await put(wrong);
      expect([refused.status, refused.json()["problems"]]).toMatchObject([400, [{ code: "masked" }]]);
      const checked = await askAdmin(gateway, "POST", "/config/check", { body: { config: wrong } });
      expect(checked.json()).toMatchObject({ isValid: false });
      for (const secret of SECRETS) expect(checked.text()).not.toContain(secret);
    }
    expect(await authorizationSent()).toBe(`Bearer ${OTHER}`);
  });

  it("is not in a file that was made of what is shown, and the file is refused", async () => {
    const file = join(await newFolder(), "shown.json");
    await writeFile(file, JSON.stringify(await configOf()));
    const { code, err } = await createCalls(gateway)(["check", file]);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining("origins.main.members.0.headers.Authorization: is the mask of a secret"),
    ]);
  });

  it("is in no line of the log", () => {
    for (const secret of SECRETS) expect(gateway.logs().join("\n")).not.toContain(secret);
  });
});
