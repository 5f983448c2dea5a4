// Which secrets a configuration shows origins, or verifies and signs webhooks by, that are not set here: .dev.vars and the
// environment's variables are all that can be seen from here. What is deployed has its own.

import { unstable_getMiniflareWorkerOptions } from "wrangler";
import type { Config } from "../core/config/config.ts";
import { listSecrets, toSecretText, type UpstreamCredential } from "../core/origins/upstream-credential.ts";
import type { Problem } from "../core/result.ts";
import { readWrangler } from "./read-wrangler.ts";

/** A warning for each credential that cannot be shown. */
export function findMissingSecrets(config: Config, readKnown = readBindings): readonly Problem[] {
  const credentials = listCredentials(config);
  const webhooks = listWebhookSecrets(config);
  if (credentials.length + webhooks.length === 0) return [];
  const known = readKnown();
  const isText = (name: string): boolean => typeof known[name] === "string" && known[name] !== "";
  return [
    ...credentials.flatMap(([path, credential]) => findMissing(path, credential, known)),
    ...webhooks.flatMap(([path, [first = "", ...others]]) =>
      [first, ...others].some(isText) ? [] : [toMissing(path, first, "is not set")],
    ),
  ];
}

/** Of each list one secret is enough. */
function listWebhookSecrets({
  routes,
}: Config): readonly (readonly [path: string, names: readonly string[]])[] {
  return routes.flatMap(({ index, webhook, handOver }) => {
    const delivering = handOver?.deliver;
    if (delivering !== undefined)
      return [[`routes.${index}.handOver.deliver.secret`, [delivering.secret]] as const];
    if (webhook === undefined) return [];
    const { secret, next, verifyToken } = webhook;
    const path = `routes.${index}.webhook`;
    const signing = [`${path}.secret`, [secret, ...(next === undefined ? [] : [next])]] as const;
    return verifyToken === undefined ? [signing] : [signing, [`${path}.verifyToken`, [verifyToken]] as const];
  });
}

function toMissing(path: string, name: string, state: string): Problem {
  const message = `the secret ${name} ${state} here: requests get a 503 until it is, in .dev.vars, and for what is deployed with npx wrangler secret put ${name}`;
  return { path, code: "missing-secret", message };
}

function readBindings(): Readonly<Record<string, unknown>> {
  const { bindings } = readWrangler(() => unstable_getMiniflareWorkerOptions("wrangler.toml")).workerOptions;
  return (bindings ?? {}) as Readonly<Record<string, unknown>>;
}

type Placed = readonly [path: string, credential: UpstreamCredential];

function listCredentials({ pools, routes }: Config): readonly Placed[] {
  const placed: readonly (readonly [path: string, credential: UpstreamCredential | undefined])[] = [
    ...pools.flatMap(({ name, members }) =>
      members.map(({ credential }, at) => [`origins.${name}.members.${at}.credential`, credential] as const),
    ),
    ...routes.map(({ index, credential }) => [`routes.${index}.credential`, credential] as const),
  ];
  return placed.flatMap(([path, credential]) =>
    credential === undefined ? [] : [[path, credential] as const],
  );
}

function findMissing(
  path: string,
  credential: UpstreamCredential,
  known: Readonly<Record<string, unknown>>,
): readonly Problem[] {
  const isUsable = (name: string | undefined): boolean =>
    name !== undefined && toSecretText(known[name]) !== undefined;
  return listSecrets(credential).flatMap((name) => {
    // One of the two is enough.
    const isSpare =
      name !== credential.appSecret && (isUsable(credential.secret) || isUsable(credential.next));
    if (isSpare || isUsable(name)) return [];
    const state = known[name] === undefined ? "is not set" : "is no text of 8 to 4096 printable characters";
    return [toMissing(path, name, state)];
  });
}
