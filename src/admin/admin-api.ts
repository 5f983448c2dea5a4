// The admin API: what an operator may ask of a running gateway, and change of it. Off unless a token is set; every answer
// is for its caller alone.

import { type IRequest, Router } from "itty-router";
import { toCanonicalPath } from "../core/http/canonical-path.ts";
import { toBelowPattern } from "../core/http/own-paths.ts";
import { readRequestId } from "../platform/request-id.ts";
import { writeLog } from "../platform/log.ts";
import { answerPage } from "./answer-page.ts";
import { UnavailableError } from "./ask-control.ts";
import { createAuthenticate, type Operator, type Tokens } from "./authenticate.ts";
import { toOpenApi } from "./openapi.ts";
import { type AdminControls, type Operation, toScopes } from "./operation.ts";
import { operations } from "./operations.ts";
import { nameRequest, toJson, toProblem } from "./problem.ts";
import { readCall } from "./read-call.ts";

/** undefined when the API is off or the request is not for it. */
export type AdminApi = (request: Request) => Promise<Response> | undefined;

/** What the document says of itself is not worth an operation. */
const DOCUMENT_PATH = "/openapi.json";
/** The dashboard, a page for people. */
const PAGE_PATH = "/ui";

export function createAdminApi(controls: AdminControls, tokens: Tokens): AdminApi {
  const below = toBelowPattern(controls.prefix);
  if (!isSet(tokens.ADMIN_TOKEN) && !isSet(tokens.ADMIN_READ_TOKEN)) return () => undefined;
  const authenticate = createAuthenticate(tokens, controls.bindings);
  const router = createRouter(controls);
  const answerOperator = async (request: Request): Promise<Response> => {
    const operator = await authenticate(request);
    return operator instanceof Response ? operator : dispatch(request, operator, router);
  };
  return (request) => {
    const url = new URL(request.url);
    const path = toCanonicalPath(url.pathname, { encodedSlash: "keep" });
    if (!path.ok || !below.test(path.value)) return undefined;
    if (path.value === controls.prefix + PAGE_PATH) return answer(request, answerPage);
    if (path.value === url.pathname) return answer(request, answerOperator);
    url.pathname = path.value;
    return answer(new Request(url, request), answerOperator);
  };
}

const isSet = (token: string | undefined): boolean => token !== undefined && token !== "";

type AdminRouter = ReturnType<typeof createRouter>;

// The router's type is itty-router's own inference.
// oxlint-disable-next-line typescript/explicit-function-return-type -- see above
function createRouter(controls: AdminControls) {
  const router = Router<IRequest, [Operator]>({ base: controls.prefix });
  const methods = new Map<string, string[]>();
  for (const operation of operations) {
    methods.set(operation.path, [...(methods.get(operation.path) ?? []), operation.method]);
    router.all(operation.path, (request, operator) =>
      request.method === operation.method ? run(request, operator, { controls, operation }) : undefined,
    );
  }
  let document: object | undefined;
  router.get(DOCUMENT_PATH, () => toJson(200, (document ??= toOpenApi(operations, controls.prefix))));
  methods.set(DOCUMENT_PATH, ["GET"]);
  for (const [path, allowed] of methods)
    router.all(path, () => {
      const heads = allowed.includes("GET") ? ["HEAD"] : [];
      return toProblem(405, "method-not-allowed", {}, { Allow: [...allowed, ...heads].join(", ") });
    });
  return router;
}

type Handle = (request: Request) => Promise<Response>;

async function answer(request: Request, handle: Handle): Promise<Response> {
  const requestId = readRequestId(request);
  const asked = request.method === "HEAD" ? new Request(request.url, { headers: request.headers }) : request;
  const answered = await nameRequest(await answerSafely(asked, requestId, handle), requestId);
  if (request.method !== "HEAD") return answered;
  const { status, headers } = answered;
  return new Response(null, { status, headers });
}

async function answerSafely(request: Request, requestId: string, handle: Handle): Promise<Response> {
  try {
    return await handle(request);
  } catch (error) {
    if (error instanceof UnavailableError) return toProblem(503, "control-unavailable");
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    writeLog("crashed", { cause, requestId });
    return toProblem(500, "internal-error");
  }
}

/** What only an origin would take for one of the API's paths is none: a guard before the gateway may not know it either. */
async function dispatch(request: Request, operator: Operator, router: AdminRouter): Promise<Response> {
  return ((await router.fetch(request, operator)) as Response | undefined) ?? toProblem(404, "no-route");
}

async function run(
  request: IRequest,
  operator: Operator,
  { controls, operation }: { readonly controls: AdminControls; readonly operation: Operation },
): Promise<Response> {
  const closed = refuse(operator, operation);
  if (closed !== undefined) return closed;
  const { params } = request;
  const call = await readCall(request, operation, { controls, params, operator });
  return call.ok ? operation.handle(call.value as never) : call.error;
}

/** undefined where the operation is open to the token. */
function refuse({ isRoot, scopes }: Operator, operation: Operation): Response | undefined {
  const wanted = toScopes(operation);
  if (isRoot || wanted.some((scope) => scopes.includes(scope))) return undefined;
  const isReader = scopes.every((scope) => scope === "read");
  return isReader ? toProblem(403, "read-only") : toProblem(403, "token-scope-missing", { wanted });
}
