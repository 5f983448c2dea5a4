// Signatures as the senders' own libraries make them (GitHub, Stripe and Standard Webhooks were checked against theirs), and
// what must not pass for one.

import { describe, expect, test } from "vitest";
import type { WebhookProfileName } from "../../../src/core/webhooks/profiles/registry.ts";
import { verifyWebhook, type Verified } from "../../../src/gateway/webhooks/verify-webhook.ts";

const AT_MS = 1_800_000_000_000;
const BODY = new TextEncoder().encode('{"id":"evt_1","note":"café ☕"}');
type Fields = Readonly<Record<string, string>>;

const VECTORS: readonly (readonly [profile: WebhookProfileName, secret: string, fields: Fields])[] = [
  [
    "facebook",
    "fb-app-secret",
    { "x-hub-signature-256": "sha256=b611fbcbd8e4b673900202d4cf934ee274fddb80189b767338a99c28c8b0b0f4" },
  ],
  [
    "github",
    "gh-secret",
    { "x-hub-signature-256": "sha256=5217dfb1fb96c72f7a8aa337259f9361088a03eb32710a6b96f00c22a102f370" },
  ],
  [
    "stripe",
    "whsec_stripe",
    {
      "stripe-signature":
        "t=1800000000,v1=0000000000000000000000000000000000000000000000000000000000000000,v1=59bb1392f24a49929086f396ecc56f08fcbb121882fe4da4202b947193858fe8,v0=ff",
    },
  ],
  [
    "slack",
    "slack-secret",
    {
      "x-slack-request-timestamp": "1800000000",
      "x-slack-signature": "v0=8d4d7c26093aacbe0949002062f17854c22b6052d2ce4494e3bcd63ab8cfad20",
    },
  ],
  [
    "standard",
    "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    {
      "webhook-id": "msg_1",
      "webhook-timestamp": "1800000000",
      "webhook-signature": "v1a,AAAA v1,cj96cx3IM7Gqqoc+jg6iLGtuBJnk5jsH9ch3jKdto7c=",
    },
  ],
];

interface Given {
  readonly secrets?: Readonly<Record<string, unknown>>;
  readonly body?: Uint8Array;
  readonly nowMs?: number;
  readonly next?: string;
}

function verify(
  profile: WebhookProfileName,
  fields: Fields,
  { secrets = {}, body = BODY, nowMs = AT_MS, next }: Given,
): Promise<Verified> {
  const purge = { tags: [], paths: [] };
  const settings = {
    profile,
    secret: "SECRET",
    next,
    tolerance: 300_000,
    bodyBytesMax: 1_024,
    purge,
    deliver: [],
  };
  const request = { field: (name: string) => fields[name], query: () => undefined };
  return verifyWebhook(settings, request, { body, secrets, nowMs });
}

describe.each(VECTORS)("%s", (profile, SECRET, fields) => {
  const secrets = { SECRET };

  test("verifies what the sender signed, also by the secret that comes next", async () => {
    expect(await verify(profile, fields, { secrets })).toBe("right");
    expect(
      await verify(profile, fields, {
        secrets: { SECRET: `${SECRET.slice(0, -1)}A`, NEXT: SECRET },
        next: "NEXT",
      }),
    ).toBe("right");
  });

  test("refuses another body, another secret, no signature and half of one", async () => {
    const other = BODY.slice();
    other[8] = 0x32;
    const forged = { cause: expect.any(String) as string };
    expect(await verify(profile, fields, { secrets, body: other })).toEqual(forged);
    expect(await verify(profile, fields, { secrets: { SECRET: "d2hzZWNf" } })).toEqual(forged);
    expect(await verify(profile, {}, { secrets })).toEqual(forged);
    const half = Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, text.slice(0, -10)]));
    expect(await verify(profile, half, { secrets })).toEqual(forged);
  });

  test("has no secret that is empty, or none", async () => {
    expect(await verify(profile, fields, { secrets: { SECRET: "" } })).toBe("unset");
    expect(await verify(profile, fields, {})).toBe("unset");
  });

  test("knows a time window, where the sender says when it signed", async () => {
    const isTimed = !["facebook", "github"].includes(profile);
    for (const awayMs of [-300_001, 300_001]) {
      const verified = await verify(profile, fields, { secrets, nowMs: AT_MS + awayMs });
      expect(verified === "right").toBe(!isTimed);
    }
    expect(await verify(profile, fields, { secrets, nowMs: AT_MS + 300_000 })).toBe("right");
  });
});
