// Makes the request that goes on of the one that came, on a route that changes messages. What is trimmed is asked for
// whole and plain, without conditions and ranges: they are about bytes that neither the store nor the origin has.

import type { Config } from "../../core/config/config.ts";
import type { Route } from "../../core/routes/route.ts";
import type { RouteShape } from "../../core/shape/route-shape.ts";
import { withoutParameter } from "../../core/consumers/credential.ts";
import { foldName } from "../../core/http/field-name.ts";
import { isReadable } from "../../core/http/field-value.ts";
import { parseFieldMask } from "../../core/shape/field-mask.ts";
import { toWholeTags } from "../../core/shape/trimmed-tag.ts";
import { hash32 } from "../../core/keys/hash32.ts";
import { toOrigin } from "../request/request-url.ts";
import { toProblemResponse } from "../request/problem-response.ts";
import { type ReadRequest, readRequest } from "../request/read-request.ts";
import { type RoutedFacts, toRoutedFacts } from "../request/request-facts.ts";

const PARAMETER = "fields";
/** A piece of JSON can be JSON, and its fields are not seen to be those that are dropped. */
const RANGES = ["range", "if-range"];
const CONDITIONS_AND_RANGES = [...RANGES, "if-none-match", "if-modified-since"];

/** The facts to go on with, or the refusal. */
export function shapeRequest(
  read: ReadRequest,
  route: Pick<Route, "pattern" | "shape" | "errors">,
  config: Config,
): RoutedFacts | Response {
  const { shape, errors } = route;
  if (shape === undefined) return toRoutedFacts(read, route);
  const { canonicalPath, url, search: given, requestId } = read;
  const asked = shape.fields ? new URLSearchParams(given).getAll(PARAMETER) : [];
  const text = asked.filter((one) => one !== "").join(",");
  const mask = text === "" ? undefined : parseFieldMask(text);
  if (mask?.ok === false) {
    const found = [{ path: PARAMETER, code: "invalid", message: mask.error }];
    return toProblemResponse("invalid-fields", { name: config.name, errors, requestId, found });
  }
  const isTrimmed = mask !== undefined || shape.dropped !== undefined;
  const search = asked.length > 0 ? withoutParameter(given, PARAMETER) : given;
  const target = toOrigin(url) + canonicalPath + search;
  const request = changeRequest(read, target, { shape, isTrimmed });
  const changed = readRequest(request, config, { requestId });
  if (!changed.ok) return toProblemResponse(changed.error, { name: config.name, errors, requestId });
  return toRoutedFacts(changed.value, route, {
    shape,
    mask: mask?.value,
    trim: hash32(`${text}\n${shape.droppedText}`),
    conditions: { get: read.header },
  });
}

interface Change {
  readonly shape: RouteShape;
  readonly isTrimmed: boolean;
}

function changeRequest(facts: ReadRequest, target: string, { shape, isTrimmed }: Change): Request {
  const { method, body, cf, signal } = facts.request;
  const isRead = method === "GET" || method === "HEAD";
  const headers = new Headers(facts.request.headers);
  const tags = facts.header("if-match") ?? "";
  if (isReadable(tags) && toWholeTags(tags) !== tags)
    replaceField(headers, facts, ["if-match", toWholeTags(tags)]);
  if (isTrimmed) {
    replaceField(headers, facts, ["accept-encoding", "identity"]);
    for (const name of isRead ? CONDITIONS_AND_RANGES : RANGES) replaceField(headers, facts, [name]);
  }
  for (const [from, to] of shape.requestNames) {
    const value = facts.header(from);
    // The new name is the gateway's to give: a client that knows it has not been given it.
    replaceField(headers, facts, [to]);
    // Setting a value that is not valid UTF-8 would change it: the field keeps its name.
    if (value === undefined || !isReadable(value)) continue;
    replaceField(headers, facts, [from]);
    headers.set(to, value);
  }
  // A body of a GET goes nowhere (forward.ts), and a new request cannot have one.
  const content = isRead ? null : body;
  return new Request(target, { method, headers, body: content, cf: cf as RequestInitCfProperties, signal });
}

/** Replaces all spellings of a field; without a value it removes them. */
function replaceField(
  headers: Headers,
  { request }: ReadRequest,
  [name, value]: readonly [name: string, value?: string],
): void {
  const folded = foldName(name);
  for (const given of request.headers.keys()) if (foldName(given) === folded) headers.delete(given);
  if (value !== undefined) headers.set(name, value);
}
