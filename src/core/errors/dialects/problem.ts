// RFC 9457, with two members more: most clients that know no problem documents look for `message` or `error.message`, and
// some of them take an answer without an `error` for a success. Words and numbers in `error` are of those that clients
// compare: `code` is a number, since several take no other.

import { problemTypes, type ProblemDefinition } from "../../http/limit-problems.ts";
import { problems } from "../../http/problems.ts";
import { statusTitles } from "../../http/status-titles.ts";
import type { Dialect } from "../dialect.ts";
import { openAiTypes } from "./openai.ts";
import { toRpcStatus } from "./google.ts";

export const problem: Dialect = (failure) => {
  const { code, violated, found, message, kind } = failure;
  const definition: ProblemDefinition = problems[code];
  const { type, status, detail } = definition;
  const named =
    type === undefined
      ? { type: "about:blank", title: statusTitles[status] }
      : { type: `https://iana.org/assignments/http-problem-types#${type}`, title: problemTypes[type] };
  const error = { type: openAiTypes[kind], code: status, message, status: toRpcStatus(kind) };
  const body = { ...named, status, detail, code, problems: found, "violated-policies": violated };
  return {
    status,
    contentType: "application/problem+json",
    body: JSON.stringify({ ...body, message, error }),
    isOpen: true,
  };
};
