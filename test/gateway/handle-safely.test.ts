import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/core/config/parse-config.ts";
import { createGateway, type Gateway } from "../../src/gateway/gateway.ts";
import { handleSafely } from "../../src/gateway/handle-safely.ts";

const APP = "https://app.example";

/** A gateway with a fault in it: what every request that is routed asks first is not there. */
function createFaulty(): Gateway {
  const config = parseConfig({
    origin: "zone",
    cors: { origins: [APP] },
    policies: {},
    routes: [{ path: "/own", cors: { origins: ["https://own.example"] } }, { path: "/*" }],
  });
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return { ...createGateway(config.value, env), bans: {} as never };
}

async function ask(path: string, origin: string): Promise<readonly unknown[]> {
  const request = new Request(`https://gateway.example${path}`, { headers: { origin } });
  const response = await handleSafely(request, createFaulty(), createExecutionContext());
  const { code } = await response.json<{ readonly code: string }>();
  return [response.status, code, response.headers.get("access-control-allow-origin")];
}

describe("handleSafely()", () => {
  it("makes a 500 of a fault, which the pages that may can read", async () => {
    expect(await ask("/any", APP)).toEqual([500, "internal-error", APP]);
    expect(await ask("/own", APP)).toEqual([500, "internal-error", null]);
    expect(await ask("/own", "https://own.example")).toEqual([500, "internal-error", "https://own.example"]);
  });
});
