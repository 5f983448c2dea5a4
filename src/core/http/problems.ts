// Every rejection and failure that the gateway makes itself, with its status, its RFC 9209 error token and its text. The
// one map from an internal reason to what goes on the wire; docs/errors.md has a heading for each code.

import { handOverProblems } from "./hand-over-problems.ts";
import { limitProblems, type ProblemDefinition } from "./limit-problems.ts";

export const problems = {
  ...limitProblems,
  "missing-key": {
    status: 403,
    detail: "The request lacks what the policies named here count by.",
    proxyError: "http_request_denied",
  },
  "not-in-plan": {
    status: 403,
    detail: "The caller's plan does not include what the policies named here count. Waiting does not help.",
    proxyError: "http_request_denied",
  },
  banned: {
    status: 403,
    detail: "The operator of this gateway has banned the caller.",
    proxyError: "http_request_denied",
  },
  "reputation-banned": {
    status: 403,
    detail: "Too many requests of this client were refused. Retry-After says when it is let in again.",
    proxyError: "http_request_denied",
  },
  "access-denied": {
    status: 403,
    detail: "The gateway's access lists do not let this client in.",
    proxyError: "http_request_denied",
  },
  "credential-missing": {
    status: 401,
    detail: "The request needs an API key or a token.",
    proxyError: "http_request_denied",
  },
  "credential-several": {
    status: 400,
    detail: "The request has more than one credential.",
    proxyError: "http_request_error",
  },
  "credential-invalid": {
    status: 401,
    detail: "The API key or the token is not accepted.",
    proxyError: "http_request_denied",
  },
  "credential-expired": {
    status: 401,
    detail: "The API key or the token has expired.",
    proxyError: "http_request_denied",
  },
  "scope-missing": {
    status: 403,
    detail: "The API key or the token does not allow what the request asks for.",
    proxyError: "http_request_denied",
  },
  "credential-unverifiable": {
    status: 503,
    detail: "The API key or the token cannot be checked at the moment.",
    proxyError: "proxy_internal_error",
  },
  "function-failed": {
    status: 503,
    detail: "What this gateway's operator has written for this request does not work at the moment.",
    proxyError: "proxy_internal_error",
  },
  "not-ready": {
    status: 503,
    detail: "This instance of the gateway has just started, and cannot learn yet whom it may let in.",
    proxyError: "proxy_internal_error",
  },
  "malformed-url": {
    status: 400,
    detail: "The request's URL is malformed.",
    proxyError: "http_request_error",
  },
  "malformed-escape": {
    status: 400,
    detail: "The path has a percent sign without two hexadecimal digits.",
    proxyError: "http_request_error",
  },
  "control-character": {
    status: 400,
    detail: "The path has a control character.",
    proxyError: "http_request_error",
  },
  "webhook-not-verified": {
    status: 401,
    detail: "The request does not have its sender's signature, or has it with a time that is not now.",
    proxyError: "http_request_denied",
  },
  "webhook-too-large": {
    status: 413,
    detail: "The webhook is larger than this gateway takes.",
    proxyError: "http_request_error",
  },
  "webhook-unavailable": {
    status: 503,
    detail: "The webhook cannot be taken at the moment. It may be sent again.",
    proxyError: "proxy_internal_error",
  },
  "encoded-slash": {
    status: 400,
    detail: "The path has an encoded slash or backslash, which origins read in different ways.",
    proxyError: "http_request_error",
  },
  "dot-segment": {
    status: 400,
    detail: "The path has a dot segment with a parameter, which origins read in different ways.",
    proxyError: "http_request_error",
  },
  "path-too-long": {
    status: 414,
    detail: "The path is longer than 8192 characters.",
    proxyError: "http_request_error",
  },
  "headers-too-large": {
    status: 431,
    detail: "The request's header fields are larger than this gateway forwards.",
    proxyError: "http_request_error",
  },
  "method-not-allowed": {
    status: 405,
    detail: "The method reflects requests and is not forwarded.",
    proxyError: "http_request_denied",
  },
  "request-too-large": {
    status: 413,
    detail: "The request's body is larger than this gateway takes here.",
    proxyError: "http_request_error",
  },
  "request-timeout": {
    status: 408,
    detail: "The request's body did not come in time.",
    proxyError: "http_request_error",
  },
  "body-incomplete": {
    status: 400,
    detail: "The request's body broke off, or is not written as HTTP wants it.",
    proxyError: "http_request_error",
  },
  "no-route": {
    status: 404,
    detail: "No route of this gateway matches the request.",
    proxyError: "http_request_error",
  },
  "invalid-fields": {
    status: 400,
    detail: "The wanted fields are not written as they must be.",
    proxyError: "http_request_error",
  },
  "invalid-batch": {
    status: 400,
    detail: "The batch is not written as it must be. None of its requests was sent.",
    proxyError: "http_request_error",
  },
  "batch-too-large": {
    status: 413,
    detail: "The batch is larger than this gateway takes.",
    proxyError: "http_request_error",
  },
  "batch-not-json": {
    status: 415,
    detail: "The Content-Type of a batch must be JSON.",
    proxyError: "http_request_error",
  },
  "dependency-failed": {
    status: 424,
    detail: "A request of the batch that this one depends on has failed. This one was not sent.",
    proxyError: "http_request_error",
  },
  "batch-timeout": {
    status: 504,
    detail:
      "The time for the whole batch was over before this request was answered. It may have been carried out.",
    proxyError: "http_response_timeout",
  },
  "answer-too-large": {
    status: 502,
    detail: "The answer is too large to be put into another one or trimmed. The request was carried out.",
    proxyError: "http_response_body_size",
  },
  "answer-incomplete": {
    status: 502,
    detail: "The answer broke off before it was whole. The origin has ended the connection.",
    proxyError: "http_response_incomplete",
  },
  "answer-too-late": {
    status: 504,
    detail: "The answer was cut off: the origin did not finish it in time.",
    proxyError: "http_response_timeout",
  },
  "answer-not-json": {
    status: 502,
    detail: "The answer is not plain JSON, and cannot be put into another one or trimmed.",
    proxyError: "http_protocol_error",
  },
  "aggregate-nested": {
    status: 508,
    detail: "A part of an aggregate leads to an aggregate again.",
    proxyError: "proxy_loop_detected",
  },
  "loop-detected": {
    status: 508,
    detail: "The request has passed this gateway before.",
    proxyError: "proxy_loop_detected",
  },
  "origin-refused": {
    status: 502,
    detail: "The origin refused the connection.",
    proxyError: "connection_refused",
  },
  "origin-unknown": {
    status: 502,
    detail: "The origin's name cannot be resolved.",
    proxyError: "dns_error",
  },
  "origin-closed": {
    status: 502,
    detail: "The connection to the origin ended before it answered.",
    proxyError: "connection_terminated",
  },
  "origin-protocol": {
    status: 502,
    detail: "The origin's answer is not HTTP.",
    proxyError: "http_protocol_error",
  },
  "origin-unreachable": {
    status: 502,
    detail: "The origin cannot be reached.",
    proxyError: "destination_unavailable",
  },
  "origin-timeout": {
    status: 504,
    detail: "The origin did not answer in time.",
    proxyError: "http_response_timeout",
  },
  "origin-unavailable": {
    status: 503,
    detail: "None of the origins is well enough to be asked at the moment.",
    proxyError: "destination_unavailable",
  },
  "origin-unbound": {
    status: 503,
    detail: "This gateway cannot reach its origin: a binding of its deployment is missing.",
    proxyError: "proxy_internal_error",
  },
  "origin-credential-missing": {
    status: 503,
    detail: "The gateway lacks the credential that the origin wants. Its log says which.",
    proxyError: "proxy_internal_error",
  },
  "answer-unreadable": {
    status: 502,
    detail: "The origin's answer is in a coding that the gateway cannot look into, as it has to.",
    proxyError: "http_response_content_coding",
  },
  "origin-limited": {
    status: 503,
    detail: "The origin's own limits leave no quota at the moment. Retry-After says when there will be some.",
    // The nearest of RFC 9209: it is the gateway that keeps to a limit of the next hop.
    proxyError: "connection_limit_reached",
    type: "temporary-reduced-capacity",
  },
  "origin-overloaded": {
    status: 503,
    detail:
      "The origin has more to do than it can, and this request was not sent on. It may be sent again after Retry-After.",
    proxyError: "connection_limit_reached",
    type: "temporary-reduced-capacity",
  },
  ...handOverProblems,
  "not-cached": {
    status: 504,
    detail: "The request asks for a stored response only, and there is none that may be used.",
    proxyError: "http_request_error",
  },
  "internal-error": {
    status: 500,
    detail: "The gateway failed. Its log has the reason.",
    proxyError: "proxy_internal_error",
  },
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemCode = keyof typeof problems;
