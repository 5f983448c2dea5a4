// What consumers may do with their own keys, and may not: run by a file whose gateway has a portal.

import { expect, it } from "vitest";
import { askAdmin } from "./admin.ts";
import { type Reply, send } from "./client.ts";
import type { Gateway } from "./gateway.ts";
import { issueKey } from "./keys.ts";
import { asKey, createPortalClient, type Shown, toCode } from "./portal.ts";

interface ShownKeys {
  readonly keysMax: number;
  readonly items: readonly (Readonly<Record<string, unknown>> & { readonly id: string })[];
}

/** `keysMax` is 3, tier "pro" has a limit of its own on /plan/*. */
// oxlint-disable-next-line eslint/max-lines-per-function -- a list of tests
export function testOwnKeys(gateway: Gateway): void {
  const { bearer, askMe, post } = createPortalClient(gateway);
  const readKeys = async (key: Shown): Promise<ShownKeys> =>
    (await askMe(key, "/keys")).json() as unknown as ShownKeys;

  it("are made as the one that is shown, and their text is shown once", async () => {
    const ends = Date.now() + 3_600_000;
    const key = await issueKey(gateway, { tier: "pro", scopes: ["a", "secret"], expiresAtMs: ends });
    const made = await post(key, "/keys", { label: "for CI", scopes: ["a"] });
    expect(made.status).toBe(201);
    const { text, id } = asKey(made);
    const next = await send(gateway, "/plan/a", bearer({ text }));
    expect([next.status, next.field("X-RateLimit-Limit")]).toEqual([200, "60"]);
    const seen = await askMe({ text });
    expect(seen.json()).toMatchObject({
      consumer: key.record.consumer,
      tier: "pro",
      scopes: ["a"],
      apiKey: id,
    });
    const { keysMax, items } = await readKeys(key);
    expect([keysMax, items.map((item) => item["isShown"])]).toEqual([3, [true, false]]);
    expect(items[1]).toMatchObject({ id, label: "for CI", tier: "pro", scopes: ["a"], expiresAtMs: ends });
    expect(JSON.stringify(items)).not.toContain(text);
    const audit = await askAdmin(gateway, "GET", `/audit?limit=1`);
    expect(audit.json()["items"]).toMatchObject([
      { who: `consumer:${key.record.consumer}`, action: "keys.create", target: id },
    ]);
    expect(audit.text()).not.toContain(text);
  });

  it("are never more than keysMax, however many are asked for at once", async () => {
    const key = await issueKey(gateway);
    const replies = await Promise.all(Array.from({ length: 8 }, () => post(key, "/keys")));
    const made = replies.filter(({ status }) => status === 201);
    const refused = replies.filter(({ status }) => status !== 201);
    expect(made).toHaveLength(2);
    expect(new Set(refused.map((reply) => JSON.stringify(toCode(reply))))).toEqual(new Set(['[409,"full"]']));
    expect((await readKeys(key)).items).toHaveLength(3);
  });

  it("are rotated, and the text that is replaced can neither stay nor rotate away the new one", async () => {
    const key = await issueKey(gateway);
    const path = `/keys/${key.record.id}/rotate`;
    const rotated = asKey(await post(key, path, { overlap: "1h" }));
    expect(rotated.id).toBe(key.record.id);
    expect((await askMe(rotated)).status).toBe(200);
    // Until its overlap is over it opens what it opened.
    expect((await send(gateway, "/plan/a", bearer(key))).status).toBe(200);
    expect(toCode(await post(key, path))).toEqual([403, "not-covered"]);
    // What it makes ends with it.
    const made = await post(key, "/keys");
    expect(Number(made.json()["expiresAtMs"])).toBeLessThanOrEqual(Date.now() + 3_600_000);
    expect((await askMe(key, "/keys/k999", { method: "DELETE" })).status).toBe(404);
  });

  it("are revoked, the shown one too, but never the last that works", async () => {
    const key = await issueKey(gateway);
    const revoke = (by: Shown, id: string): Promise<Reply> => askMe(by, `/keys/${id}`, { method: "DELETE" });
    expect(toCode(await revoke(key, key.record.id))).toEqual([409, "last-key"]);
    const made = asKey(await post(key, "/keys"));
    expect((await revoke(key, key.record.id)).status).toBe(204);
    // At once for changes, and within 5 seconds for all else.
    const answers = [await post(key, "/keys"), await revoke(key, made.id)];
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect((await send(gateway, "/plan/a", bearer(made))).status).toBe(200);
  });

  it("are not what another key opens: another consumer's, one with more scopes, one that an operator disabled", async () => {
    const consumer = "one with three keys";
    const weak = await issueKey(gateway, { consumer, scopes: [] });
    const strong = await issueKey(gateway, { consumer, scopes: ["secret"] });
    const disabled = await issueKey(gateway, { consumer, enabled: false });
    const stranger = await issueKey(gateway);
    for (const { id } of [strong.record, disabled.record]) {
      expect(toCode(await post(weak, `/keys/${id}/rotate`)), id).toEqual([403, "not-covered"]);
      expect(toCode(await askMe(weak, `/keys/${id}`, { method: "DELETE" })), id).toEqual([
        403,
        "not-covered",
      ]);
    }
    expect(toCode(await post(weak, `/keys/${stranger.record.id}/rotate`))).toEqual([404, "not-found"]);
    expect(toCode(await post(stranger, "/keys", { scopes: ["secret"] }))).toEqual([403, "not-covered"]);
    expect(JSON.stringify(await readKeys(weak))).not.toContain(`"${stranger.record.id}"`);
    expect((await readKeys(stranger)).items.map(({ id }) => id)).toEqual([stranger.record.id]);
  });

  it("take nothing that is no JSON of the right form, and no long body", async () => {
    const key = await issueKey(gateway);
    expect(toCode(await post(key, "/keys", { consumer: "root" }))).toEqual([400, "invalid-body"]);
    expect(toCode(await askMe(key, "/keys", { method: "POST", body: "label=x" }))).toEqual([
      400,
      "invalid-body",
    ]);
    expect(toCode(await post(key, "/keys", { label: "x".repeat(5_000) }))).toEqual([413, "body-too-large"]);
    expect((await askMe(key, "/keys", { method: "DELETE" })).field("Allow")).toBe("GET, HEAD, POST");
  });
}
