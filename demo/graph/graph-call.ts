// A call of the Graph API stand-in: who makes it, and what it counts against. Pure.

export interface GraphCall {
  /** The stand-in has one app: every token is of it. */
  readonly user: string;
  /** The page whose edge is asked for: "/v25.0/<page>/<edge>". */
  readonly page: string | undefined;
  readonly path: string;
}

/** Like Facebook's own: a 400 that has nothing to do with limits. */
export interface GraphError {
  readonly code: number;
  readonly message: string;
}

const TOKEN = /^[\w.|-]{1,200}$/;
const PATH = /^\/v\d{1,3}\.\d\/([\w.-]{1,100})(?:\/([\w.-]{1,100}))?\/?$/;

/** `authorization` is the header, which goes before access_token in the query, as it does there. */
export function readCall(target: string, authorization: string | undefined): GraphCall | GraphError {
  const [path = "/", query = ""] = target.split("?", 2);
  const token =
    authorization?.replace(/^Bearer /i, "") ?? new URLSearchParams(query).get("access_token") ?? "";
  if (token === "") return { code: 104, message: "An access token is required to request this resource." };
  if (!TOKEN.test(token)) return { code: 190, message: "Invalid OAuth access token." };
  const [, node, edge] = PATH.exec(path) ?? [];
  if (node === undefined) return { code: 2_500, message: "Unknown path components" };
  return { user: token, page: edge === undefined || node === "me" ? undefined : node, path };
}
