// The dialects of Connect and of gRPC-web. Connect's has the code as a word and the status that goes with it. A gRPC-web client
// reads a status other than 200 before all else, so that a refusal has 200, its code in grpc-status, and no body.

import { type Dialect, toJsonAnswer } from "../dialect.ts";
import type { FailureKind } from "../failure.ts";
import { toRpcCode, toRpcStatus } from "./google.ts";

/** The status that Connect gives each code. */
const STATUSES: Readonly<Record<FailureKind, number>> = {
  limited: 429,
  impossible: 429,
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  "too-large": 400,
  unavailable: 503,
  late: 504,
  broken: 500,
};

export const connect: Dialect = (failure) => {
  const { kind, message } = failure;
  const body = { code: toRpcStatus(kind).toLowerCase(), message };
  return toJsonAnswer(failure, { status: STATUSES[kind], body });
};

export const grpcWeb: Dialect = ({ kind, message }) => ({
  status: 200,
  contentType: "application/grpc-web+proto",
  body: "",
  headers: [
    ["grpc-status", String(toRpcCode(kind))],
    ["grpc-message", toPercentEncoded(message)],
    ["Access-Control-Expose-Headers", "grpc-status, grpc-message"],
  ],
  isOpen: false,
});

/** As the protocol writes it: what is no printable ASCII, and the percent sign. */
function toPercentEncoded(text: string): string {
  return encodeURI(text.toWellFormed()).replaceAll("%20", " ");
}
