// Answers a route that takes webhooks: asks the sender's questions back, verifies, drops repeats, purges, hands on to the
// webhook object and acknowledges. No listener is waited for.

import type { Purge } from "../../core/cache/purge-state.ts";
import { parseTarget, toUrl } from "../../core/cache/target.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { toListenerText } from "../../core/webhooks/listeners.ts";
import { webhookProfiles } from "../../core/webhooks/profiles/registry.ts";
import type { WebhookProfile, WebhookRequest } from "../../core/webhooks/webhook-profile.ts";
import type { WebhookSettings } from "../../core/webhooks/webhook-settings.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import { toText } from "../../platform/read-up-to.ts";
import { awaitBody } from "../request/await-body.ts";
import type { RequestFacts, RoutedRequest } from "../request/request-facts.ts";
import { isSecretText, toDigest, verifyWebhook } from "./verify-webhook.ts";

export interface WebhookClients {
  readonly webhooks: Pick<Bindings, "WEBHOOKS"> & { readonly secrets: Readonly<Record<string, unknown>> };
}

/** Why one is not taken. `isForged`: it is not its sender's. */
export interface WebhookRefusal {
  readonly code: ProblemCode;
  readonly cause: string;
  readonly isForged?: true;
}

/** What a field takes: listeners get an event's name in one. */
const ID = /^[\x21-\x7e]{1,200}$/;
const FIELD_LENGTH_MAX = 8_192;
const CHALLENGE_LENGTH_MAX = 1_024;
/** What says how the bytes are to be read, and who sent them. */
const PASSED_FIELDS: ReadonlySet<string> = new Set(["content-type", "content-encoding", "user-agent"]);
const TAKEN = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

export async function answerWebhook(
  settings: WebhookSettings,
  routed: RoutedRequest & { readonly facts: RequestFacts },
  clients: WebhookClients,
): Promise<Result<Response, WebhookRefusal>> {
  const { facts, route } = routed;
  const { secrets } = clients.webhooks;
  const request = { field: facts.header, query: facts.query };
  if (facts.method === "GET" || facts.method === "HEAD")
    return await answerQuestion(settings, request, secrets);
  const read = await readBody(facts, settings, route.requestTimeoutMs);
  if (!read.ok) return read;
  const body = read.value;
  const verified = await verifyWebhook(settings, request, { body, secrets, nowMs: readClock() });
  if (verified === "unset") return err(toUnset(settings.secret));
  if (verified !== "right")
    return err({ code: "webhook-not-verified", cause: verified.cause, isForged: true });
  const json = toJson(body);
  const profile: WebhookProfile = webhookProfiles[settings.profile];
  const challenge = profile.readChallenge?.(json);
  if (challenge !== undefined) return toEcho(challenge);
  return await take({ profile, settings, request, body, json }, routed, clients);
}

/** "Is this the receiver?", asked with a word that both know; answered by what the sender wants back. */
async function answerQuestion(
  { verifyToken }: WebhookSettings,
  { query }: WebhookRequest,
  secrets: Readonly<Record<string, unknown>>,
): Promise<Result<Response, WebhookRefusal>> {
  if (verifyToken === undefined) return err({ code: "webhook-not-verified", cause: "a GET" });
  const isRight = await isSecretText(query("hub.verify_token") ?? "", verifyToken, secrets);
  if (isRight === undefined) return err(toUnset(verifyToken));
  if (!isRight || query("hub.mode") !== "subscribe")
    return err({ code: "webhook-not-verified", cause: "not the verify token", isForged: true });
  return toEcho(query("hub.challenge"));
}

function toEcho(challenge: unknown): Result<Response, WebhookRefusal> {
  if (typeof challenge !== "string" || challenge.length > CHALLENGE_LENGTH_MAX)
    return err({ code: "webhook-not-verified", cause: "no challenge" });
  return ok(new Response(challenge, { headers: { ...TAKEN, "x-content-type-options": "nosniff" } }));
}

interface Taking {
  readonly profile: WebhookProfile;
  readonly settings: WebhookSettings;
  readonly request: WebhookRequest;
  readonly body: Uint8Array;
  readonly json: unknown;
}

async function take(
  { profile, settings, request, body, json }: Taking,
  { facts, route }: RoutedRequest & { readonly facts: RequestFacts },
  { webhooks }: WebhookClients,
): Promise<Result<Response, WebhookRefusal>> {
  const named = profile.readId(request, json);
  const id = typeof named === "string" && ID.test(named) ? named : await toDigest(body);
  const object = webhooks.WEBHOOKS.getByName(route.name);
  const purges = toPurges(settings, facts);
  const listeners = settings.deliver.map(toListenerText);
  const event = { id, fields: toFields(facts, profile), body, listeners, purges };
  try {
    // An object that ends before it answers may have taken it: the sender comes again with the same id.
    const accepted = await object.accept(event);
    if (accepted === "full") return err(toUnavailable("too many deliveries wait"));
  } catch (error) {
    return err(toUnavailable(error instanceof Error ? error.message : "the webhook object does not answer"));
  }
  return ok(new Response("", { headers: TAKEN }));
}

function toPurges({ purge: { tags, paths } }: WebhookSettings, { url }: RequestFacts): readonly Purge[] {
  const own = `${url.scheme}://${url.host}`;
  const ofPaths = paths.flatMap((path): readonly Purge[] => {
    const target = parseTarget(path.startsWith("/") ? own + path : path);
    return target === undefined ? [] : [{ kind: "path", url: toUrl({ ...target, query: "" }) }];
  });
  return [...tags.map((tag): Purge => ({ kind: "tag", tag })), ...ofPaths];
}

/** What says of what kind it is, and its signature: a listener may verify it again. */
function toFields(
  { fields }: RequestFacts,
  profile: WebhookProfile,
): readonly (readonly [name: string, value: string])[] {
  return [...fields]
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(
      ([name, value]) =>
        value.length <= FIELD_LENGTH_MAX &&
        (PASSED_FIELDS.has(name) || profile.fields.some((prefix) => name.startsWith(prefix))),
    );
}

async function readBody(
  facts: RequestFacts,
  { bodyBytesMax }: WebhookSettings,
  requestTimeoutMs: number,
): Promise<Result<Uint8Array, WebhookRefusal>> {
  const awaited = await awaitBody(facts, { bytesMax: bodyBytesMax, requestTimeoutMs });
  if (!awaited.ok) return awaited;
  const { kept } = awaited.value;
  if (!(kept instanceof ReadableStream)) return ok(kept ?? new Uint8Array());
  await kept.cancel().catch(() => undefined);
  return err({ code: "webhook-too-large", cause: `more than ${bodyBytesMax} bytes` });
}

function toJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(toText(body) ?? "") as unknown;
  } catch {
    return undefined;
  }
}

function toUnset(name: string): WebhookRefusal {
  return toUnavailable(`no usable secret ${name}`);
}

function toUnavailable(cause: string): WebhookRefusal {
  return { code: "webhook-unavailable", cause };
}
