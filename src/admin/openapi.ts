// The OpenAPI 3.1 document of the admin API, made of the operations that answer it, once, when it is first asked for.

import { problemAnswer } from "./json-schemas.ts";
import { type Operation, toScopes } from "./operation.ts";
import { toSchema } from "./to-schema.ts";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: object;
}

export function toOpenApi(operations: readonly Operation[], prefix: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: toOperationObject(operation) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Headgate admin API", version: "1" },
    servers: [{ url: prefix }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Problem: problemAnswer() },
    },
  };
}

function toOperationObject(operation: Operation): object {
  const { name, summary, body, answer, status, isRead } = operation;
  const scopes = toScopes(operation);
  return {
    operationId: name,
    summary,
    description: [
      isRead ? "Open to ADMIN_READ_TOKEN too." : "Needs ADMIN_TOKEN.",
      ...(scopes.length === 0 ? [] : [`A named token needs the scope ${scopes.join(" or ")}.`]),
    ].join(" "),
    // Each by itself: one of these is enough.
    security: scopes.length === 0 ? [{ token: [] }] : scopes.map((scope) => ({ token: [scope] })),
    parameters: toParameters(operation),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: toSchema(body) } } } }),
    responses: {
      [status]: {
        description: "Done",
        ...(answer === undefined ? {} : { content: { "application/json": { schema: answer() } } }),
      },
      default: {
        description: "A problem document (RFC 9457)",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

const text = { type: "string" };

function toParameters({ path, query, needsIfMatch, takesIdempotencyKey }: Operation): readonly Parameter[] {
  const named = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]): Parameter => ({
    name,
    in: "path",
    required: true,
    schema: text,
  }));
  const asked = query === undefined ? {} : toSchema(query);
  const { properties = {}, required = [] } = asked as {
    readonly properties?: Readonly<Record<string, object>>;
    readonly required?: readonly string[];
  };
  const queried = Object.entries(properties).map(([name, schema]): Parameter => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
  const fields: Parameter[] = [];
  if (needsIfMatch) fields.push({ name: "If-Match", in: "header", required: true, schema: text });
  if (takesIdempotencyKey)
    fields.push({
      name: "Idempotency-Key",
      in: "header",
      required: false,
      schema: { ...text, maxLength: 255 },
    });
  return [...named, ...queried, ...fields];
}
