// A Worker's Durable Objects, and whatever else than the origin it asks, made to fail or to hang by a request of the
// comparison's own. The Worker's own code is untouched: what the runtime hands it is wrapped before its modules are read.

import { env } from "cloudflare:workers";

type Ask = (...args: unknown[]) => unknown;
type Stub = Readonly<Record<string | symbol, unknown>>;
interface Worker {
  readonly fetch: (request: Request, env: unknown, context: unknown) => unknown;
}

const FAULT_PATH = "/.compare/fault/";
const CALLS_PATH = "/.compare/calls";

let fault = "none";
let calls = 0;

const bindings: Readonly<Record<string, unknown>> = env;
const namespace = Object.values(bindings).find(
  (binding) => typeof binding === "object" && binding !== null && "idFromName" in binding,
);
if (namespace !== undefined) {
  const prototype = Object.getPrototypeOf(namespace) as Record<string, Ask>;
  for (const method of ["get", "getByName"]) {
    const original = prototype[method];
    if (original === undefined) continue;
    prototype[method] = function (this: unknown, ...args) {
      return toFailing(original.apply(this, args) as Stub);
    };
  }
}

function toFailing(stub: Stub): Stub {
  return new Proxy(stub, {
    get: (_target, property) => {
      const value = stub[property];
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        calls += 1;
        if (fault === "ended") throw new Error("the object is gone");
        if (fault === "hanging") await new Promise(() => undefined);
        return (stub as Readonly<Record<string | symbol, Ask>>)[property]?.(...args);
      };
    },
  });
}

/** The Worker as it is, and two paths of the comparison's own. */
export function failOnDemand(worker: Worker): Worker {
  return {
    fetch: (request, given, context) => {
      const { pathname } = new URL(request.url);
      if (pathname === CALLS_PATH) return new Response(String(calls));
      if (!pathname.startsWith(FAULT_PATH)) return worker.fetch(request, given, context);
      fault = pathname.slice(FAULT_PATH.length);
      return new Response(fault);
    },
  };
}
