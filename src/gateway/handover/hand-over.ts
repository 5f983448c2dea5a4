// A caller that would rather not wait (RFC 7240, `Prefer: respond-async`) leaves its call with the gateway: it is let in and
// counted now, kept by an object, made when there is quota, and answered at a place that only this caller reads.

import type { HandedCall, KeptRequest } from "../../core/handover/call-messages.ts";
import type { HandOverSettings } from "../../core/handover/hand-over-settings.ts";
import { parsePlaceId, toPlaceId } from "../../core/handover/place-id.ts";
import { prefersAsync } from "../../core/handover/prefer.ts";
import { foldName } from "../../core/http/field-name.ts";
import { isDroppedFromRequests } from "../../core/http/forwarded-fields.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { toAddressKey } from "../../core/keys/ip.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Route } from "../../core/routes/route.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { hashText } from "../../platform/hash-text.ts";
import { awaitBody } from "../request/await-body.ts";
import { toProblemResponse } from "../request/problem-response.ts";
import { isWebSocketUpgrade } from "../request/read-request.ts";
import type { RequestFacts, RoutedRequest } from "../request/request-facts.ts";
import { logRefused } from "../log/log-request.ts";

export interface HandOverClients {
  readonly calls: Bindings["CALLS"];
}

type Admitted = RoutedRequest & { readonly facts: RequestFacts };

/** Where the caller wants to be told; it stays here. */
const DELIVER_FIELD = "x-deliver-to";
const URL_LENGTH_MAX = 2_048;
/** When it is worth asking for the first time. */
const FIRST_LOOK_MS = 1_000;
/** How long until one of as many calls as a caller may have is over, at a guess. */
const FULL_MS = 10_000;

/** Whether the call is to be answered later, and may be. */
export function isHandedOver({ route, facts }: Admitted): boolean {
  return route.handOver !== undefined && prefersAsync(facts.header("prefer")) && !isWebSocketUpgrade(facts);
}

/** The 202, or why it was not taken. */
export async function handOver(routed: Admitted, clients: HandOverClients): Promise<Response> {
  const { config, route, facts } = routed;
  const { handOver: settings } = route;
  if (settings === undefined) throw new Error("a call is handed over where its route has that");
  const taken = await take(settings, routed, clients);
  if (!taken.ok) {
    const { code, cause, retryAfterMs } = taken.error;
    logRefused(routed, code, cause);
    const { requestId } = facts;
    return toProblemResponse(code, { name: config.name, errors: route.errors, requestId, retryAfterMs });
  }
  return toAccepted(`${config.admin.prefix}/calls/${taken.value}`, FIRST_LOOK_MS, {
    "Preference-Applied": "respond-async",
  });
}

/** The answer while a call waits. */
export function toAccepted(
  place: string,
  againMs: number,
  fields: Readonly<Record<string, string>>,
): Response {
  return Response.json(
    { status: "waiting", location: place },
    {
      status: 202,
      headers: {
        Location: place,
        "Retry-After": String(Math.max(1, Math.ceil(againMs / 1_000))),
        "Cache-Control": "no-store",
        ...fields,
      },
    },
  );
}

/**
 * Whose calls they are, as a hash: the consumer's, else whoever shows the same Authorization, else the address's. What one
 * has of a route counts for that route alone.
 */
export function toOwner({ identity, header, address }: RequestFacts, { name }: Pick<Route, "name">): string {
  if (identity !== undefined) return hashText(`${name}\nconsumer\n${identity.consumer}`);
  const authorization = header("authorization");
  if (authorization !== undefined) return hashText(`${name}\nauthorization\n${authorization}`);
  return hashText(`${name}\naddress\n${address === undefined ? "" : toAddressKey(address)}`);
}

interface Refusal {
  readonly code: ProblemCode;
  readonly cause: string;
  readonly retryAfterMs?: number;
}

async function take(
  settings: HandOverSettings,
  { route, facts }: Admitted,
  { calls }: HandOverClients,
): Promise<Result<string, Refusal>> {
  const deliver = toDelivery(settings, facts);
  if (deliver === "wrong")
    return err({
      code: "delivery-not-allowed",
      cause: "X-Deliver-To is at none of handOver.deliver.origins",
    });
  const { bodyBytesMax: bytesMax, wait: waitMs, keep: keepMs, most, answerBytesMax } = settings;
  const awaited = await awaitBody(facts, { bytesMax, requestTimeoutMs: route.requestTimeoutMs });
  if (!awaited.ok) return awaited;
  const { body } = awaited.value;
  if (body instanceof ReadableStream) {
    await body.cancel().catch(() => undefined);
    return err({ code: "call-too-large", cause: `more than ${bytesMax} bytes` });
  }
  const owner = toOwner(facts, route);
  const id = toPlaceId({ route: hashText(route.name), owner }, crypto.randomUUID().replaceAll("-", ""));
  const object = parsePlaceId(id)?.object ?? "";
  const request = toKept(awaited.value, body ?? undefined);
  const call: HandedCall = {
    id,
    owner,
    route: route.name,
    request,
    waitMs,
    keepMs,
    most,
    answerBytesMax,
    deliver,
  };
  try {
    if ((await calls.getByName(object).take(call)) === "taken") return ok(id);
    return err({ code: "calls-full", cause: "as many calls as may be", retryAfterMs: FULL_MS });
  } catch (error) {
    const cause = error instanceof Error ? error.message : "the object that keeps calls does not answer";
    return err({ code: "hand-over-unavailable", cause, retryAfterMs: FIRST_LOOK_MS });
  }
}

/** Only where the configuration says: the gateway must not be made to call anybody. */
function toDelivery(
  { deliver }: HandOverSettings,
  { header }: RequestFacts,
): HandedCall["deliver"] | "wrong" | undefined {
  const text = header(DELIVER_FIELD);
  if (text === undefined) return undefined;
  const url = text.length > URL_LENGTH_MAX ? null : URL.parse(text.trim());
  if (deliver === undefined || url === null || url.username !== "" || url.password !== "") return "wrong";
  const origins = deliver.origins.map((origin) => URL.parse(origin)?.origin);
  url.hash = "";
  return origins.includes(url.origin) ? { url: url.href, secret: deliver.secret } : "wrong";
}

/** What the call needs when it is made, and nothing that only let it in. */
function toKept(facts: RequestFacts, body: Uint8Array | undefined): KeptRequest {
  const { caller, isUnlimited, search, url, request, country, continent, asn } = facts;
  const place = { country, continent, asn };
  return {
    method: request.method,
    url: `${url.scheme}://${url.host}${url.path}${search}`,
    fields: Array.from(request.headers).filter(([name]) => isKept(foldName(name), caller?.withheld)),
    body,
    place: Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined)) as Record<
      string,
      string | number
    >,
    admission: { caller, isUnlimited, search },
  };
}

function isKept(name: string, withheld: string | undefined): boolean {
  if (name === "prefer" || name === DELIVER_FIELD || name === withheld) return false;
  return name === "cf-connecting-ip" || !(isDroppedFromRequests(name) || name === "content-length");
}
