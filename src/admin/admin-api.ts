// The admin API: what an operator may ask of a running gateway, and change of it. Off unless a token is set; every answer
// is for its caller alone.

import { writeLog } from "../platform/log.ts";
import { UnavailableError } from "./ask-control.ts";
import { type Authenticate, createAuthenticate, type TokenName, type Tokens } from "./authenticate.ts";
import { toOpenApi } from "./openapi.ts";
import { type AdminControls, defineOperation, type Operation } from "./operation.ts";
import { operations } from "./operations.ts";
import { toJson, toProblem } from "./problem.ts";
import { readCall } from "./read-call.ts";

/** undefined when the API is off or the request is not for it. */
export type AdminApi = (request: Request) => Promise<Response> | undefined;

export function createAdminApi(controls: AdminControls, tokens: Tokens): AdminApi {
  const { prefix } = controls;
  if (!isSet(tokens.ADMIN_TOKEN) && !isSet(tokens.ADMIN_READ_TOKEN)) return () => undefined;
  const authenticate = createAuthenticate(tokens);
  let router: AdminRouter | undefined;
  return (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== prefix && !pathname.startsWith(`${prefix}/`)) return undefined;
    router ??= createRouter(controls);
    return answer(request, { authenticate, router });
  };
}

const isSet = (token: string | undefined): boolean => token !== undefined && token !== "";

/** Made with the first request for the API: most isolates never get one. */
type AdminRouter = (request: Request, who: TokenName) => Promise<Response>;

/** Operations by path, each path once: which method was asked for decides only then. */
function createRouter(controls: AdminControls): AdminRouter {
  let written: object | undefined;
  const document = defineOperation({
    name: "openapi",
    method: "GET",
    path: "/openapi.json",
    summary: "This document",
    handle: async () => Promise.resolve(toJson(200, (written ??= toOpenApi(operations, controls.prefix)))),
  });
  const byPath = Map.groupBy([...operations, document], ({ path }) => path);
  const paths = [...byPath].map(([path, here]) => ({
    pattern: new URLPattern({ pathname: `${controls.prefix}${path}{/}?` }),
    here,
  }));
  return async (request, who) => {
    const { pathname } = new URL(request.url);
    for (const { pattern, here } of paths) {
      const found = pattern.exec({ pathname });
      if (found === null) continue;
      const params = found.pathname.groups as Readonly<Record<string, string>>;
      const operation = here.find(({ method }) => method === request.method);
      return operation === undefined
        ? refuseMethod(here)
        : run(request, operation, { controls, params, who });
    }
    return toProblem(404, "no-route");
  };
}

function refuseMethod(here: readonly Operation[]): Response {
  const allowed = here.map(({ method }) => method);
  const heads = allowed.includes("GET") ? ["HEAD"] : [];
  return toProblem(405, "method-not-allowed", {}, { Allow: [...allowed, ...heads].join(", ") });
}

async function answer(
  request: Request,
  { authenticate, router }: { readonly authenticate: Authenticate; readonly router: AdminRouter },
): Promise<Response> {
  try {
    const who = await authenticate(request);
    if (who instanceof Response) return who;
    if (request.method !== "HEAD") return await router(request, who);
    const asked = new Request(request.url, { headers: request.headers });
    const { status, headers } = await router(asked, who);
    return new Response(null, { status, headers });
  } catch (error) {
    if (error instanceof UnavailableError) return toProblem(503, "control-unavailable");
    writeLog("crashed", { cause: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    return toProblem(500, "internal-error");
  }
}

async function run(
  request: Request,
  operation: Operation,
  given: Parameters<typeof readCall>[2],
): Promise<Response> {
  if (!operation.isRead && given.who !== "ADMIN_TOKEN") return toProblem(403, "read-only");
  const call = await readCall(request, operation, given);
  return call.ok ? operation.handle(call.value as never) : call.error;
}
