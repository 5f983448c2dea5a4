// The names of the policies of a route, a pool or a batch. Apart from the other small schemas: a bundle that reads no lists of
// names, such as the limiter's, has none of it.

import * as v from "valibot";
import { listOf } from "./list-of.ts";

const POLICIES_MAX = 16;

export const policyNames = listOf(v.string("must be a policy's name"), "policy", {
  least: 0,
  most: POLICIES_MAX,
});
