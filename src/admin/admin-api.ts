// The admin API: what an operator may ask of a running gateway. Off unless a token is set; every answer is for its caller
// alone.

import { type IRequest, Router } from "itty-router";
import type { Purge } from "../core/cache/purge-state.ts";
import { isSameSecret } from "./is-same-secret.ts";
import { parsePurges } from "./parse-purges.ts";

export interface AdminControls {
  /** The path under which the API lives, without a trailing slash. */
  readonly prefix: string;
  /** The bearer token; undefined or empty switches the API off. */
  readonly token: string | undefined;
  /** Resolves to whether the purges are durable. */
  readonly purge: (purges: readonly Purge[]) => Promise<boolean>;
  /** The state of every origin pool's members, as this isolate sees it. */
  readonly showOrigins: () => unknown;
}

const BODY_BYTES_MAX = 65_536;

/** undefined when the API is off or the request is not for it. */
export type AdminApi = (request: Request) => Promise<Response> | undefined;

export function createAdminApi({ prefix, token, purge, showOrigins }: AdminControls): AdminApi {
  if (token === undefined || token === "") return () => undefined;
  const router = Router<IRequest, []>({ base: prefix });
  router
    .all("*", (request) => authenticate(request, token))
    .get("/health", () => toJson(200, { status: "ok" }))
    .get("/origins", () => toJson(200, { pools: showOrigins() }))
    .post("/cache/purge", (request) => purgeCache(request, purge))
    .all("*", () => toProblem(404, "no-route"));
  return (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== prefix && !pathname.startsWith(`${prefix}/`)) return undefined;
    return answer(router, request);
  };
}

async function answer(
  router: { fetch: (request: Request) => Promise<unknown> },
  request: Request,
): Promise<Response> {
  try {
    const response = await router.fetch(request);
    return response instanceof Response ? response : toProblem(404, "no-route");
  } catch {
    return toProblem(500, "internal-error");
  }
}

/** A Response ends the way; undefined lets it go on. */
async function authenticate({ headers }: IRequest, token: string): Promise<Response | undefined> {
  const [, given = ""] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (given !== "" && (await isSameSecret(given, token))) return undefined;
  const response = toProblem(401, "unauthorized");
  response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

async function purgeCache(request: IRequest, purge: AdminControls["purge"]): Promise<Response> {
  const text = await readText(request);
  if (text === undefined) return toProblem(413, "body-too-large");
  const purges = parsePurges(text);
  if (!purges.ok) return toProblem(400, "invalid-body", { problems: purges.error });
  // Without a durable write only this isolate would keep to it: that is no purge to promise.
  return (await purge(purges.value))
    ? toJson(202, { purged: purges.value.length })
    : toProblem(503, "purge-unavailable");
}

/** undefined when the body is larger than any purge. */
async function readText(request: IRequest): Promise<string | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) return undefined;
  const bytes = await request.arrayBuffer();
  return bytes.byteLength > BODY_BYTES_MAX ? undefined : new TextDecoder().decode(bytes);
}

function toJson(status: number, body: unknown, contentType = "application/json"): Response {
  const headers = { "Content-Type": contentType, "Cache-Control": "no-store" };
  return new Response(JSON.stringify(body), { status, headers });
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  413: "Content Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

function toProblem(status: number, code: string, members: Readonly<Record<string, unknown>> = {}): Response {
  const body = { type: "about:blank", title: TITLES[status], status, code, ...members };
  return toJson(status, body, "application/problem+json");
}
