// Makes links to the origin lead to the gateway, in the fields and the JSON of an answer on its way to its client: the store
// has what the origin wrote. The body passes as it comes.

import { decodeParameter } from "../../core/http/query.ts";
import { isReadable } from "../../core/http/field-value.ts";
import { toStrippedPrefix } from "../../core/origins/member-path.ts";
import { ZONE } from "../../core/origins/parse-origin.ts";
import type { RouteLinks } from "../../core/routes/route-links.ts";
import { type GatewayLinks, toGatewayLink, withOwnQuery } from "../../core/shape/gateway-links.ts";
import { isJsonType } from "../../core/shape/json-type.ts";
import { LinkScanner } from "../../core/shape/link-scanner.ts";
import { toReader } from "../../platform/body-reader.ts";
import { writeLog } from "../../platform/log.ts";
import { concatenate } from "../../platform/read-up-to.ts";
import { createPipe } from "../../platform/pipe-stream.ts";
import type { RequestFacts, RoutedRequest } from "../request/request-facts.ts";
import { toOrigin } from "../request/request-url.ts";
import { OF_THE_BYTES } from "./of-the-bytes.ts";

const LINK_TARGET = /<([^<>]*)>/g;

export function relinkAnswer(
  answer: Response,
  facts: RequestFacts,
  { config, route }: Pick<RoutedRequest, "config" | "route">,
): Response {
  const { links } = route;
  if (links === undefined || answer.webSocket !== null) return answer;
  const gateway = toGatewayLinks(facts, links, { config, route });
  const { body, status, headers } = answer;
  relinkFields(headers, toOrigin(facts.url), gateway);
  // It is of an answer that was changed, or may have been: whoever has that knows it by its weak tag.
  if (status === 304) weakenTag(headers);
  if (!isJsonType(headers.get("content-type"))) return answer;
  const coding = headers.get("content-encoding") ?? "identity";
  const obstacle = status === 206 ? "a part" : coding === "identity" ? undefined : `coded: ${coding}`;
  const note = (cause: string, count?: number): void => {
    writeLog("links-left", { route: route.name, requestId: facts.requestId, cause, count });
  };
  if (obstacle !== undefined) {
    note(obstacle);
    return answer;
  }
  for (const name of OF_THE_BYTES) headers.delete(name);
  weakenTag(headers);
  if (body === null) return answer;
  const { readable, writable } = createPipe();
  const scanner = new LinkScanner(links, (url) => toGatewayLink(url, gateway));
  void relinkStream(body, writable, {
    scanner,
    onEnd: () => {
      if (scanner.unread > 0) note("too long or too deep", scanner.unread);
    },
  });
  return new Response(readable, { status, statusText: answer.statusText, headers });
}

function weakenTag(headers: Headers): void {
  const tag = headers.get("etag");
  if (tag?.startsWith('"') === true) headers.set("etag", `W/${tag}`);
}

function toGatewayLinks(
  facts: RequestFacts,
  { members, origins, hidden }: RouteLinks,
  { config, route: { stripPrefix } }: Pick<RoutedRequest, "config" | "route">,
): GatewayLinks {
  const own = toStrippedPrefix(facts.canonicalPath, { stripPrefix });
  const path = facts.canonicalPath.slice(own.length);
  const gateway = toOrigin(facts.url);
  const asked =
    members.length === 0 && config.origin !== ZONE ? [{ base: config.origin, stripPrefix: "" }] : members;
  const named = origins.map((base) => ({ base, stripPrefix: asked[0]?.stripPrefix ?? "" }));
  return {
    contexts: [...asked, ...named].map((member) => ({
      origin: member.base,
      gateway,
      prefix: own + toStrippedPrefix(path, member),
    })),
    hidden,
    shown: facts.caller?.place === "query" ? findShown(facts, config.auth.apiKeys.query) : undefined,
  };
}

/** The parameter as the caller wrote it. */
function findShown({ url: { search } }: RequestFacts, name: string | undefined): string | undefined {
  const pairs = search.slice(1).split("&");
  return pairs.find((pair) => decodeParameter(pair.split("=", 1)[0] ?? "") === name);
}

/** Those that name the origin by its URL have been changed before: what is left is by other names, and credentials. */
function relinkFields(headers: Headers, own: string, links: GatewayLinks): void {
  const relink = (url: string): string => {
    const link = toGatewayLink(url, links);
    return link === url && url.startsWith(`${own}/`) ? withOwnQuery(url, links) : link;
  };
  for (const name of ["location", "content-location"]) setField(headers, name, relink);
  setField(headers, "link", (value) =>
    value.replace(LINK_TARGET, (_all, target: string) => `<${relink(target)}>`),
  );
}

function setField(headers: Headers, name: string, change: (value: string) => string): void {
  const value = headers.get(name);
  if (value === null || !isReadable(value)) return;
  const changed = change(value);
  if (changed !== value) headers.set(name, changed);
}

/** Each writing is a turn of the event loop, and a chunk for the client. */
function join(parts: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0) return first;
  return concatenate(
    parts,
    parts.reduce((bytes, { byteLength }) => bytes + byteLength, 0),
  );
}

/** Never rejects. */
async function relinkStream(
  source: ReadableStream<Uint8Array>,
  target: WritableStream<Uint8Array>,
  { scanner, onEnd }: { readonly scanner: LinkScanner; readonly onEnd: () => void },
): Promise<void> {
  const reader = toReader(source);
  const writer = target.getWriter();
  try {
    for (let piece = await reader.read(); piece !== undefined; piece = await reader.read()) {
      const part = join(scanner.write(piece));
      if (part.byteLength > 0) await writer.write(part);
    }
    const rest = scanner.end();
    if (rest.byteLength > 0) await writer.write(rest);
    onEnd();
    await writer.close();
  } catch (error) {
    await Promise.allSettled([writer.abort(error), reader.cancel(error)]);
  }
}
