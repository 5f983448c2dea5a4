// What `headgate simulate` says of a log against what the gateway answered when it was recorded, line by line: routes, costs,
// several policies, variants, bans, shadows, settlements, access lists. `npm run prove:simulation` does it with 20,000.

import { afterAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { startFailingOrigin } from "../../../tools/prove-simulation/failing-origin.ts";
import { holdAgainst } from "../../../tools/prove-simulation/hold.ts";
import { record, toRecordedConfig } from "../../../tools/prove-simulation/record.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";

const origin = await startFailingOrigin();
afterAll(origin.close);
const config = toRecordedConfig(origin.url);
const gateway = await startGateway({ config: toConfigSource(config) });
afterAll(gateway.close);

const recorded = await record(gateway.url, 1_000);
const parsed = parseConfig(config);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));

describe("a simulation of what was recorded", () => {
  it("is what the gateway answered, line by line", () => {
    const { lines, denied, wrong } = holdAgainst(parsed.value, recorded);
    expect(wrong).toEqual([]);
    expect(lines).toBe(1_000);
    expect(denied).toBeGreaterThan(80);
  });

  it("has every kind of refusal in it", () => {
    for (const kind of ["429 quota-exceeded", "403 access-denied", "404 no-route", "503", "200"])
      expect(recorded.answers).toContain(kind);
  });
});
