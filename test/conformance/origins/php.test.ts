// What PHP makes of the fields that a hostile client sends through the gateway: PHP reads a hyphen, a dot and an
// underscore in a name as one, so each spelling would do.

import { afterAll, describe, expect, it } from "vitest";
import { send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { startPhp } from "../support/php.ts";

const php = await startPhp();
afterAll(php.close);
const gateway = await startGateway({
  config: toConfigSource({
    origin: php.url,
    policies: {},
    routes: [{ path: "/*" }],
  }),
});
afterAll(gateway.close);

/** PHP's variables of a request with these fields. */
async function read(fields: Fields): Promise<Readonly<Record<string, unknown>>> {
  const reply = await send(gateway, "/", { ip: "192.0.2.7", fields });
  expect(reply.status).toBe(200);
  return reply.json();
}

/** The ways to write a name that PHP itself takes for one. */
const spell = (name: string): readonly string[] => [
  name,
  name.replaceAll("-", "_"),
  name.replaceAll("-", "."),
  name.replace("-", "_"),
];

describe("PHP", () => {
  it("takes dots and underscores for hyphens, so these tests see what they look for", async () => {
    expect(await read([["X.Own_Field", "1"]])).toMatchObject({ HTTP_X_OWN_FIELD: "1" });
  });

  it.each([
    "X-Tier",
    "X-Consumer",
    "X-Real-IP",
    "Client-IP",
    "Proxy",
    "X-Originating-IP",
    "X-Remote-Addr",
    "True-Client-IP",
    "X-HTTP-Method-Override",
    "X-Original-URL",
    "X-Forwarded-Server",
  ])("never sees %s", async (name) => {
    const variable = `HTTP_${name.toUpperCase().replaceAll("-", "_")}`;
    expect(await read(spell(name).map((odd) => [odd, "forged"]))).not.toHaveProperty(variable);
  });

  it("sees the gateway's word on the client's address alone", async () => {
    const forged = spell("X-Forwarded-For").map((odd) => [odd, "203.0.113.9"] as const);
    const seen = await read([...forged, ["CF_Connecting.IP", "203.0.113.9"]]);
    expect(seen).toMatchObject({ HTTP_X_FORWARDED_FOR: "192.0.2.7" });
    expect(seen["HTTP_CF_CONNECTING_IP"]).not.toBe("203.0.113.9");
  });

  it("does not see what Connection names", async () => {
    for (const name of spell("X-Secret")) {
      const fields = [
        ["Connection", "X-Secret"],
        [name, "1"],
      ] as const;
      expect(await read(fields)).not.toHaveProperty("HTTP_X_SECRET");
    }
  });
});
