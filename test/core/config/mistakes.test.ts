// Mistakes in a configuration, each with all that is said of it: where, what was wanted, what was given, and the nearest name.

import { expect, test } from "vitest";
import { limited, type Mistake, route, sayOf } from "./what-is-said.ts";

const MISTAKES: readonly Mistake[] = [
  [
    "braces with more in a segment",
    route({ path: "/files/{id}.json" }),
    [
      'error routes.0.path: must have a parameter alone in its segment, such as ":id", in place of "{id}.json", received "/files/{id}.json"',
    ],
  ],
  [
    "a rest in braces",
    route({ path: "/files/{path*}" }),
    [
      'error routes.0.path: must end with "/*" for whatever follows, in place of "{path*}", received "/files/{path*}"',
    ],
  ],
  [
    "a method in lower case",
    route({ methods: ["get"] }),
    [
      'error routes.0.methods.0: must be a method in upper case, such as "GET", received "get"; did you mean "GET"?',
    ],
  ],
  [
    "every method by a word",
    route({ methods: ["ANY"] }),
    [
      'error routes.0.methods.0: must be a method such as "GET"; leave methods out for every method, received "ANY"',
    ],
  ],
  [
    "every method by a star, in a cost",
    limited({}, { cost: { methods: { "*": 2 } } }),
    [
      'error routes.0.cost.methods.*: must be a method such as "GET"; leave methods out for every method, received "*"',
    ],
  ],
  [
    "a method in lower case, in a policy's limits",
    limited({ limits: [{ methods: ["post"], limit: 1 }] }),
    [
      'error policies.p.limits.0.methods.0: must be a method in upper case, such as "GET", received "post"; did you mean "POST"?',
    ],
  ],
  [
    "a method that the gateway answers",
    route({ methods: ["TRACE"] }),
    [
      'error routes.0.methods.0: must be a method that reaches a route: the gateway answers this one itself, with 405, received "TRACE"',
    ],
  ],
  [
    "every host by a star",
    route({ hosts: ["*"] }),
    [
      'error routes.0.hosts.0: must be a host such as "api.example.com"; leave hosts out for every host, received "*"',
    ],
  ],
  [
    "a host with a port",
    route({ hosts: ["api.example.com:8080"] }),
    [
      'error routes.0.hosts.0: must be a lower-case host without a port, or "*.example.com" for every host below a domain, received "api.example.com:8080"',
    ],
  ],
  [
    "a country by another code",
    route({ access: { deny: { countries: ["UK"] } } }),
    [
      'error routes.0.access.deny.countries.0: must be a country\'s code of ISO 3166, such as "CH", received "UK"; did you mean "GB"?',
    ],
  ],
  [
    "a country in lower case",
    limited({ limits: [{ countries: ["ch"], limit: 1 }] }),
    [
      'error policies.p.limits.0.countries.0: must be a country\'s code of ISO 3166, such as "CH", received "ch"; did you mean "CH"?',
    ],
  ],
  [
    "a header's name with a space, in a cost",
    limited({}, { cost: { header: "x units" } }),
    ['error routes.0.cost.header: must be a header\'s name such as "x-units", received "x units"'],
  ],
  [
    "a header's name with a colon, in settle",
    limited({ settle: { header: "x-units:" } }),
    ['error policies.p.settle.header: must be a header\'s name such as "x-units", received "x-units:"'],
  ],
  [
    "a page's origin with a port that there is not",
    { cors: { origins: ["https://app.example:99999"] } },
    [
      'error cors.origins.0: must be "*", or an origin such as "https://app.example" or "https://*.app.example": no path, no port that is its scheme\'s own, received "https://app.example:99999"',
    ],
  ],
  [
    "a page's origin in a form of which browsers write another",
    { cors: { origins: ["http://127.1"] } },
    [
      'error cors.origins.0: must be "*", or an origin such as "https://app.example" or "https://*.app.example": no path, no port that is its scheme\'s own, received "http://127.1"',
    ],
  ],
];

test.each(MISTAKES)("of %s is said what is wrong", (_what, given, said) => {
  expect(sayOf(given)).toEqual(said);
});
