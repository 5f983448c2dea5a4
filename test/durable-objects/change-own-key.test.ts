// Changes of a consumer's own keys on real storage: how many, by whom, and what the log says of them.

import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { OwnKeyAsked } from "../../src/core/control/control-messages.ts";
import type { ControlObject } from "../../src/durable-objects/control-object.ts";

const { CONTROL } = env as unknown as { readonly CONTROL: DurableObjectNamespace<ControlObject> };
const by = { who: "consumer:acme", address: undefined };
const operator = { who: "ADMIN_TOKEN", address: undefined };
const body = { consumer: "acme", scopes: [], enabled: true, metadata: {} };

test("changeOwnKey() makes 20 changes in a day, and the log has those of this consumer and no more", async () => {
  const object = CONTROL.getByName("own-keys");
  const secret = { hash: "shown", prefix: "hg_1" };
  await object.createEntry({ kind: "keys", body, secret }, operator);
  const change = async (asked: OwnKeyAsked): Promise<unknown> => {
    const made = await object.changeOwnKey({ consumer: "acme", shown: "shown", keysMax: 5, asked }, by);
    return made.ok ? made.value.id : made.error;
  };
  const others = { consumer: "other", scopes: [], enabled: true, metadata: {} };
  const made = await object.createEntry(
    { kind: "keys", body: others, secret: { hash: "o", prefix: "hg_2" } },
    operator,
  );
  const otherId = made.ok ? made.value.entry.id : "";
  for (let turn = 0; turn < 10; turn += 1) {
    const id = await change({
      kind: "create",
      secret: { hash: `h${turn}`, prefix: "hg_3" },
      label: undefined,
      scopes: undefined,
      expiresAtMs: undefined,
    });
    expect(id).toMatch(/^k\d+$/);
    expect(await change({ kind: "revoke", id: otherId })).toBe("not-found");
    expect(await change({ kind: "revoke", id: String(id) })).toBe(id);
    expect(await object.findKey(`h${turn}`)).toBeUndefined();
  }
  expect(await change({ kind: "revoke", id: otherId })).toBe("too-often");
  // What the shown key is now decides, whatever isolates still know of it.
  const ownId = (await object.findKey("shown"))?.id ?? "";
  await object.replaceEntry(
    { kind: "keys", id: ownId, seen: undefined },
    { ...body, enabled: false },
    operator,
  );
  expect(await change({ kind: "revoke", id: otherId })).toBe("ended");
  const { items } = await object.listAudit({ after: 0, most: 100 });
  expect(items.filter(({ who }) => who === by.who)).toHaveLength(20);
  expect(items).toHaveLength(23);
});
