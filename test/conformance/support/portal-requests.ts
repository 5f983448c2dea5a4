// What becomes of requests for a higher limit: run by a file whose gateway has a portal.

import { expect, it } from "vitest";
import { askAdmin, expectStatus, tagOf } from "./admin.ts";
import { send } from "./client.ts";
import type { Gateway } from "./gateway.ts";
import { issueKey } from "./keys.ts";
import { createPortalClient, toCode } from "./portal.ts";
import { until } from "./until.ts";

type Item = Readonly<Record<string, unknown>> & { readonly id: string };

/** Policies `plan` and `bucket` count by consumer on /plan/*, `paths` by consumer and path, `leased` by API key. */
// oxlint-disable-next-line eslint/max-lines-per-function -- a list of tests
export function testRequests(gateway: Gateway): void {
  const { bearer, askMe, post } = createPortalClient(gateway);
  const ask = (policy: string, limit: unknown = 5_000): object => ({ policy, limit, reason: "a launch" });
  const readOwn = async (key: { readonly text: string }): Promise<readonly Item[]> =>
    (await askMe(key, "/requests")).json()["items"] as readonly Item[];

  it("are told to operators, and granted by an override that ends, for this consumer alone", async () => {
    const [key, other] = [await issueKey(gateway, { tier: "pro" }), await issueKey(gateway, { tier: "pro" })];
    const { consumer } = key.record;
    const made = await post(key, "/requests", ask("plan"));
    expect([made.status, made.json()["state"]]).toEqual([201, "open"]);
    const id = String(made.json()["id"]);
    expect(gateway.logs().map((line) => JSON.parse(line) as Item)).toContainEqual(
      expect.objectContaining({ event: "limit-requested", id, consumer, policy: "plan", limit: 5_000 }),
    );
    await until("the alert", async () => {
      const { alerts } = (await askAdmin(gateway, "GET", "/alerts")).json() as { alerts: readonly Item[] };
      return alerts.some(({ labels }) => (labels as Item | undefined)?.["request"] === id);
    });
    const seen = await askAdmin(gateway, "GET", `/requests/${id}`);
    expect(seen.json()).toMatchObject({ consumer, key: [consumer], state: "open", reason: "a launch" });
    const expiresAtMs = Date.now() + 3_600_000;
    const body = { limit: 3_000, expiresAtMs, answer: "some of it" };
    const granting = askAdmin(gateway, "POST", `/requests/${id}/grant`, { body, ifMatch: tagOf(seen) });
    const granted = await expectStatus(200, granting);
    expect(granted).toMatchObject({ policy: "plan", key: [consumer], limit: 3_000, expiresAtMs });
    expect((await askAdmin(gateway, "GET", `/requests/${id}`)).json()["override"]).toBe(granted["id"]);
    const [own] = await readOwn(key);
    expect(own).toMatchObject({
      id,
      state: "granted",
      limit: 3_000,
      untilMs: expiresAtMs,
      answer: "some of it",
    });
    const quota = async (by: typeof key): Promise<string | undefined> =>
      /"plan";q=(\d+)/.exec(
        (await send(gateway, "/plan/a", bearer(by))).field("RateLimit-Policy") ?? "",
      )?.[1];
    expect([await quota(key), await quota(other)]).toEqual(["3000", "40"]);
    const again = { body: { expiresAtMs }, ifMatch: "*" };
    expect(toCode(await askAdmin(gateway, "POST", `/requests/${id}/grant`, again))).toEqual([
      409,
      "answered",
    ]);
    expect(toCode(await askMe(key, `/requests/${id}`, { method: "DELETE" }))).toEqual([409, "answered"]);
  });

  it("are refused with a reason, taken back by who made them, and seen by nobody else", async () => {
    const [key, other] = [await issueKey(gateway), await issueKey(gateway)];
    const id = String((await post(key, "/requests", ask("plan"))).json()["id"]);
    expect(await readOwn(other)).toEqual([]);
    expect(toCode(await askMe(other, `/requests/${id}`, { method: "DELETE" }))).toEqual([404, "not-found"]);
    // Nothing is granted by a word.
    const said = { body: { state: "granted" }, ifMatch: "*" };
    expect((await askAdmin(gateway, "PATCH", `/requests/${id}`, said)).status).toBe(400);
    const body = { state: "refused", answer: "the plan pro has it" };
    await expectStatus(200, askAdmin(gateway, "PATCH", `/requests/${id}`, { body, ifMatch: "*" }));
    expect(await readOwn(key)).toMatchObject([{ id, state: "refused", answer: "the plan pro has it" }]);
    const second = String((await post(key, "/requests", ask("plan"))).json()["id"]);
    expect((await askMe(key, `/requests/${second}`, { method: "DELETE" })).status).toBe(204);
    expect((await readOwn(key)).map(({ state }) => state)).toEqual(["refused", "withdrawn"]);
    // What was taken back counts among the ten in 30 days.
    for (let turn = 2; turn < 10; turn += 1) {
      const next = String((await post(key, "/requests", ask("plan"))).json()["id"]);
      await askMe(key, `/requests/${next}`, { method: "DELETE" });
    }
    expect(toCode(await post(key, "/requests", ask("plan")))).toEqual([409, "requests-open"]);
  });

  it("are bounded in number and size, and for limits that are the consumer's own alone", async () => {
    const key = await issueKey(gateway);
    for (const policy of ["plan", "bucket", "leased"])
      expect((await post(key, "/requests", ask(policy))).status, policy).toBe(201);
    expect(toCode(await post(key, "/requests", ask("plan")))).toEqual([409, "requests-open"]);
    expect(toCode(await post(key, "/requests", ask("paths")))).toEqual([409, "requests-open"]);
    const star = await issueKey(gateway, { consumer: "acme*" });
    for (const [by, policy] of [
      [key, "everybody"],
      [key, "secret"],
      [key, "tried"],
      [key, "nothing"],
      [star, "plan"],
    ] as const)
      expect(toCode(await post(by, "/requests", ask(policy))), policy).toEqual([400, "no-own-limit"]);
    for (const limit of [0, -1, 1.5, "unlimited", 2 ** 41])
      expect(toCode(await post(star, "/requests", ask("plan", limit)))).toEqual([400, "invalid-body"]);
    const long = { ...ask("plan"), reason: "x".repeat(501) };
    expect(toCode(await post(star, "/requests", long))).toEqual([400, "invalid-body"]);
  });
}
