// The value of a parameter of the route's path, in the form that routes are matched by.

import type { KeyExtractor } from "./key-extractor.ts";

export const param: KeyExtractor = {
  argument: {
    pattern: /^[a-z_][a-z0-9_]{0,63}$/i,
    wanted: "a parameter of a route's path",
    toLowerCase: false,
  },
  read: (facts, name) => facts.param(name),
};
