// Which secrets a configuration needs that are not set here, or cannot be what they are needed for: .dev.vars and the
// environment's variables are all that can be seen from here. What is deployed has its own.

import type { AlertRule } from "../core/alerts/alert-settings.ts";
import type { Config } from "../core/config/config.ts";
import { isLongEnough, readPem } from "../core/consumers/issuer-key-texts.ts";
import type { Issuer } from "../core/consumers/issuer-schema.ts";
import { toSecretText, type UpstreamCredential } from "../core/origins/upstream-credential.ts";
import type { Problem } from "../core/result.ts";
import type { Route } from "../core/routes/route.ts";
import { isSecureUrl } from "../core/schema/primitives.ts";
import { webhookProfiles } from "../core/webhooks/profiles/registry.ts";
import { standardWebhook } from "../core/webhooks/profiles/standard.ts";
import type { WebhookProfile } from "../core/webhooks/webhook-profile.ts";
import { loadWrangler, readWrangler } from "./read-wrangler.ts";

/** A secret that a place of the configuration names. */
interface Need {
  readonly path: string;
  /** One that is set is enough; undefined stands for none. */
  readonly names: readonly (string | undefined)[];
  /** Of a text that is not empty. */
  readonly isUsable: (text: string) => boolean;
  /** What it must be, if it is set. */
  readonly form: string;
  /** What happens while it is not. */
  readonly until: string;
}

const REQUESTS_REFUSED = "requests get a 503 until it is";
const ANY_TEXT = { isUsable: () => true, form: "a text" };
const WHOLE_KEY = {
  isUsable: isBase64,
  form: "base64 as Standard Webhooks has it, mostly with whsec_ before it",
};

/** A warning for each secret that is needed and not set, and for each that is set and cannot be used. */
export function findMissingSecrets(config: Config, readKnown = readBindings): readonly Problem[] {
  const { pools, routes, auth, alerts } = config;
  const needs = [
    ...pools.flatMap(({ name, members }) =>
      members.flatMap(({ credential }, at) =>
        needsOfCredential(`origins.${name}.members.${at}.credential`, credential),
      ),
    ),
    ...routes.flatMap(needsOfRoute),
    ...auth.issuers.flatMap(needsOfIssuer),
    ...alerts.flatMap(needsOfAlerts),
  ];
  if (needs.length === 0) return [];
  const known = readKnown();
  return needs.flatMap((need) => judge(need, known));
}

function judge(
  { path, names, isUsable, form, until }: Need,
  known: Readonly<Record<string, unknown>>,
): readonly Problem[] {
  const named = names.filter((name) => name !== undefined);
  const isSet = (name: string): boolean => known[name] !== undefined && known[name] !== "";
  const isRight = (name: string): boolean => {
    const text = known[name];
    return typeof text === "string" && text !== "" && isUsable(text);
  };
  const wrong = named.filter((name) => isSet(name) && !isRight(name));
  const first = named[0] ?? "";
  const missing = wrong.length > 0 || named.some(isRight) ? [] : [[first, "is not set"] as const];
  return [...missing, ...wrong.map((name) => [name, `is not ${form}`] as const)].map(([name, state]) => ({
    path,
    code: "missing-secret",
    message: `the secret ${name} ${state} here: ${until}, in .dev.vars, and for what is deployed with npx wrangler secret put ${name}`,
  }));
}

function needsOfCredential(path: string, credential: UpstreamCredential | undefined): readonly Need[] {
  if (credential === undefined) return [];
  const { secret, next, appSecret } = credential;
  const text = {
    path,
    isUsable: (given: string) => toSecretText(given) !== undefined,
    form: "a text of 8 to 4096 printable characters",
    until: REQUESTS_REFUSED,
  };
  return [
    { ...text, names: [secret, next] },
    { ...text, names: [appSecret] },
  ].filter(({ names }) => names[0] !== undefined);
}

function needsOfRoute({ index, credential, webhook, handOver }: Route): readonly Need[] {
  const path = `routes.${index}`;
  const needs = [...needsOfCredential(`${path}.credential`, credential)];
  const until = REQUESTS_REFUSED;
  if (handOver?.deliver !== undefined) {
    const signing = toSigning(standardWebhook);
    needs.push({
      path: `${path}.handOver.deliver.secret`,
      names: [handOver.deliver.secret],
      ...signing,
      until,
    });
  }
  if (webhook === undefined) return needs;
  const { profile, secret, next, verifyToken } = webhook;
  const verifying = toSigning(webhookProfiles[profile]);
  needs.push({ path: `${path}.webhook.secret`, names: [secret, next], ...verifying, until });
  if (verifyToken !== undefined)
    needs.push({ path: `${path}.webhook.verifyToken`, names: [verifyToken], ...ANY_TEXT, until });
  return needs;
}

function toSigning({ toKey }: WebhookProfile): Pick<Need, "isUsable" | "form"> {
  return toKey === undefined ? ANY_TEXT : WHOLE_KEY;
}

/** As the profiles read it in a Worker, with what Node does not have. */
function isBase64(text: string): boolean {
  try {
    return atob(text.replace(/^whsec_/, "")) !== "";
  } catch {
    return false;
  }
}

function needsOfIssuer({ source, algorithms }: Issuer, at: number): readonly Need[] {
  if (source.kind === "jwks") return [];
  const path = `auth.issuers.${at}`;
  const needed = { names: [source.variable], until: "its tokens get a 503 until it is" };
  return [
    source.kind === "secret"
      ? {
          ...needed,
          path: `${path}.secret`,
          isUsable: (text) => isLongEnough(Buffer.byteLength(text), algorithms),
          form: "32 bytes long for HS256, 48 for HS384, 64 for HS512",
        }
      : {
          ...needed,
          path: `${path}.publicKey`,
          isUsable: (text) => readPem(text) !== undefined,
          form: "a PEM text that begins with -----BEGIN PUBLIC KEY-----",
        },
  ];
}

function needsOfAlerts({ to }: AlertRule, rule: number): readonly Need[] {
  const until = "nobody gets these alerts until it is";
  return to.flatMap(({ kind, urlSecret, signingSecret }, at): readonly Need[] => {
    // The name of a binding, which is looked for among bindings.
    if (kind === "email") return [];
    const path = `alerts.${rule}.to.${at}`;
    const url = { isUsable: isSecureUrl, form: "an https URL" };
    return [
      { path: `${path}.${kind}`, names: [urlSecret], ...url, until },
      { path: `${path}.signature`, names: [signingSecret], ...ANY_TEXT, until },
    ].filter(({ names }) => names[0] !== undefined);
  });
}

function readBindings(): Readonly<Record<string, unknown>> {
  const { bindings } = readWrangler(() =>
    loadWrangler().unstable_getMiniflareWorkerOptions("wrangler.toml"),
  ).workerOptions;
  return (bindings ?? {}) as Readonly<Record<string, unknown>>;
}
