// What your gateway does, kept beside it as its tests: `npm test` plays them, with the code that decides in the gateway.

export default [
  {
    name: "each client has 20 requests at once, and one more each second",
    requests: [
      { path: "/json", times: 20, expect: "allowed" },
      { path: "/json", expect: { outcome: "denied", policy: "per-client", retryAfter: "1s" } },
      { path: "/json", address: "192.0.2.2", expect: "allowed" },
      { path: "/json", at: "1s", expect: "allowed" },
    ],
  },
  {
    name: "a client may search five times in ten seconds",
    requests: [
      { path: "/search", times: 5, expect: "allowed" },
      { path: "/search", expect: { outcome: "denied", policy: "search" } },
    ],
  },
];
