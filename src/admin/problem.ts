// Answers of the admin API: JSON that nobody stores, and problem documents (RFC 9457) for everything that goes wrong.

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  422: "Unprocessable Content",
  428: "Precondition Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

export interface AnswerFields {
  readonly [name: string]: string;
}

export function toJson(status: number, body: unknown, fields: AnswerFields = {}): Response {
  const headers = { "Content-Type": "application/json", "Cache-Control": "no-store", ...fields };
  return new Response(JSON.stringify(body), { status, headers });
}

export function toProblem(
  status: number,
  code: string,
  members: Readonly<Record<string, unknown>> = {},
  fields: AnswerFields = {},
): Response {
  const body = { type: "about:blank", title: TITLES[status], status, code, ...members };
  return toJson(status, body, { ...fields, "Content-Type": "application/problem+json" });
}
