// An OpenAPI document of nothing but the configuration's routes, for those who have none of their own.

import type { Config } from "../../core/config/config.ts";
import type { Route } from "../../core/routes/route.ts";
import { createDocument, type TextDocument } from "./document-node.ts";
import { mergeOpenApi } from "./merge-openapi.ts";
import { METHODS } from "./operations.ts";

/** Of a route for every method: those that are worth a line. */
const COMMON = ["get", "post", "put", "patch", "delete"] as const;
const REST = "rest";

interface Template {
  readonly path: string;
  readonly names: readonly string[];
}

export function toOwnOpenApi(config: Config): TextDocument {
  const paths = new Map<string, { readonly template: Template; readonly operations: Map<string, Route> }>();
  for (const route of config.routes) {
    const template = toTemplate(route);
    // Templates that differ in the names of parameters are one (OpenAPI section 4.8.8.1).
    const shape = template.path.replaceAll(/\{[^}]*\}/g, "{}");
    const found = paths.get(shape) ?? { template, operations: new Map<string, Route>() };
    paths.set(shape, found);
    for (const method of toMethods(route))
      if (!found.operations.has(method)) found.operations.set(method, route);
  }
  const listed = [...paths.values()];
  const document = createDocument({
    openapi: "3.1.0",
    info: { title: config.name, version: "1" },
    paths: Object.fromEntries(
      listed.map(({ template, operations }) => [
        template.path,
        {
          ...(template.names.length === 0 ? {} : { parameters: template.names.map(toParameter) }),
          ...Object.fromEntries([...operations].map(([method, route]) => [method, toOperation(route)])),
        },
      ]),
    ),
  });
  const byPath = new Map(listed.map(({ template, operations }) => [template.path, operations]));
  mergeOpenApi(document, {
    config,
    label: "the document",
    findRoute: ({ at: [path, method] }) => byPath.get(path)?.get(method),
  });
  return document;
}

function toMethods({ methods, respond }: Route): readonly string[] {
  if (methods === undefined) return respond === undefined ? COMMON : ["get"];
  return [...methods]
    .map((method) => method.toLowerCase())
    .filter((method) => METHODS.some((known) => known === method));
}

function toTemplate({ pattern: { segments, params, isOpen } }: Route): Template {
  const names = params.map((name, at) => name ?? (segments[at] === undefined ? `segment${at}` : undefined));
  const written = segments.map((segment, at) => segment ?? `{${names[at] ?? ""}}`);
  const rest = names.includes(REST) ? `${REST}${segments.length}` : REST;
  const all = isOpen ? [...written, `{${rest}}`] : written;
  const own = names.filter((name) => name !== undefined);
  return { path: `/${all.join("/")}`, names: isOpen ? [...own, rest] : own };
}

function toParameter(name: string): object {
  const about = name.startsWith(REST)
    ? { description: "Whatever follows, nothing and slashes included." }
    : {};
  return { name, in: "path", required: true, schema: { type: "string" }, ...about };
}

function toOperation({ respond, hosts }: Route): object {
  const status = String(respond?.status ?? 200);
  const description = respond === undefined ? "The origin's answer." : "Answered by the gateway.";
  const names = hosts === undefined ? [] : [...hosts.names];
  return {
    ...(names.length === 0 ? {} : { servers: names.map((host) => ({ url: `https://${host}` })) }),
    responses: { [status]: { description } },
  };
}
