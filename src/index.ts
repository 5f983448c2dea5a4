// The composition root: the Worker's default export and its Durable Object classes.

import { env } from "cloudflare:workers";
import exported from "#headgate-config";
import { createAdminApi } from "./admin/admin-api.ts";
import { parseConfig } from "./core/config/parse-config.ts";
import { createGateway } from "./gateway/gateway.ts";
import { PoolHealthObject } from "./durable-objects/health-object.ts";
import { handleSafely } from "./gateway/handle-safely.ts";
import { showPools } from "./gateway/pool-client.ts";
import type { Bindings } from "./platform/bindings.ts";

export { ControlObject } from "./durable-objects/control-object.ts";
export { CounterObject } from "./durable-objects/counter-object.ts";
export { PurgeObject } from "./durable-objects/purge-object.ts";

const bindings = env as unknown as Bindings;
const parsed = parseConfig(exported, bindings);
// At a deploy the platform runs this before it takes the Worker: a wrong configuration never gets as far as a request.
if (!parsed.ok) {
  throw new Error(
    `Cannot start: ${parsed.error.map(({ path, message }) => `${path}: ${message}`).join("; ")}`,
  );
}
const config = parsed.value;
const gateway = createGateway(config, bindings);

export class HealthObject extends PoolHealthObject {
  constructor(context: DurableObjectState, own: Bindings) {
    super(context, own, config.pools);
  }
}

const admin = createAdminApi({
  prefix: config.admin.prefix,
  token: bindings.ADMIN_TOKEN,
  purge: (purges) => gateway.purges.add(purges),
  showOrigins: () => showPools(gateway.pools),
});

export default {
  fetch: (request, _env, context) => admin(request) ?? handleSafely(request, gateway, context),
} satisfies ExportedHandler;
