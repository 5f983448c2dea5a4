// What may be wrong with calls that callers hand over to the gateway: a part of problems.ts.

export const handOverProblems = {
  "delivery-not-allowed": {
    status: 400,
    detail:
      "The answer cannot be delivered there: X-Deliver-To must be a URL of an origin that the gateway allows.",
    proxyError: "http_request_error",
  },
  "call-too-large": {
    status: 413,
    detail: "The request's body is longer than that of a call that is handed over may be.",
    proxyError: "http_request_error",
  },
  "calls-full": {
    status: 429,
    detail:
      "The caller has as many calls with the gateway as it may have. Answers that are deleted make room.",
    proxyError: "http_request_error",
  },
  "hand-over-unavailable": {
    status: 503,
    detail: "The call cannot be kept at the moment.",
    proxyError: "proxy_internal_error",
  },
  "no-such-call": {
    status: 404,
    detail: "There is no such call of this caller's, or its answer has expired.",
    proxyError: "http_request_error",
  },
  "call-sent": {
    status: 409,
    detail: "The call has been sent and cannot be taken back. Its answer is still to come.",
    proxyError: "http_request_error",
  },
  "call-lost": {
    status: 502,
    detail: "The call was sent and its answer was lost. The origin may have carried it out.",
    proxyError: "connection_terminated",
  },
} as const;
