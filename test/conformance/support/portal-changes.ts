// What a consumer is told of that is going to change: run by a file whose gateway announces it.

import { expect, it } from "vitest";
import { askAdmin } from "./admin.ts";
import type { Gateway } from "./gateway.ts";
import { issueKey, type IssuedKey } from "./keys.ts";
import { createPortalClient } from "./portal.ts";

/** `plan` has a limit of 40 for the tier pro, and is announced to fall; /leased and /secret are going to end. */
export function testChanges(gateway: Gateway): void {
  const { askMe } = createPortalClient(gateway);

  it("are announced to change: by the configuration, and by an override that ends", async () => {
    const key = await issueKey(gateway, { tier: "pro" });
    const { consumer } = key.record;
    const expiresAtMs = Date.now() + 3_600_000;
    const override = { policy: "plan", key: [consumer], limit: 50, expiresAtMs, reason: "a busy day" };
    await askAdmin(gateway, "POST", "/overrides", { body: override });
    const reply = await askMe(key);
    expect(reply.json()).toMatchObject({
      consumer,
      tier: "pro",
      changes: [
        { policy: "plan", limit: 40, fromMs: expiresAtMs },
        { policy: "plan", limit: 5, note: "Fewer for all" },
      ],
    });
    expect((reply.json()["limits"] as readonly object[])[0]).toMatchObject({ policy: "plan", limit: 50 });
  });

  it("come with the routes that are going to end, of those that the key's scopes open", async () => {
    const leased = {
      route: "/leased",
      deprecatedMs: Date.UTC(2026, 11, 1),
      sunsetMs: Date.UTC(2099, 5, 1),
      page: "https://docs.example.com/v2",
    };
    const read = async (key: IssuedKey): Promise<unknown> => (await askMe(key)).json()["retiring"];
    expect(await read(await issueKey(gateway))).toEqual([leased]);
    expect(await read(await issueKey(gateway, { scopes: ["secret"] }))).toEqual([
      { route: "/secret", sunsetMs: Date.UTC(2098, 0, 1) },
      leased,
    ]);
  });
}
