// The valibot schema of a route: shapes, defaults and bounds. parse-routes.ts resolves what it refers to.

import * as v from "valibot";
import { accessList } from "../access/access-list.ts";
import { cacheSettings } from "../cache/cache-settings.ts";
import { corsRule } from "../cors/cors-settings.ts";
import { errorsRule } from "../errors/errors-schema.ts";
import { methodName } from "../http/methods.ts";
import { prefix } from "../origins/pool-schema.ts";
import { upstreamCredential } from "../origins/upstream-credential.ts";
import { priority, whenLimited } from "../outbound/outbound-schema.ts";
import { deniedAnswer } from "../policies/denied-answer.ts";
import { routeCost } from "../policies/route-cost.ts";
import { handOverSchema } from "../handover/hand-over-settings.ts";
import { routeHost } from "./host-rule.ts";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { policyNames } from "../schema/policy-names.ts";
import { duration, integerBetween, oneOf, switchedOn, textLike } from "../schema/primitives.ts";
import { linksSchema } from "../shape/link-rules.ts";
import { webhookSchema } from "../webhooks/webhook-settings.ts";
import { shapeEntries } from "../shape/shape-schema.ts";
import { authenticateSchema } from "./own-authentication.ts";
import { fixedAnswer } from "./fixed-answer.ts";
import { retirementEntries } from "./retirement.ts";

const SCOPES_MAX = 20;
/** What Cloudflare's largest plan takes. */
const BODY_BYTES_MAX = 536_870_912;

export const routeSchema = object({
  path: v.string("must be a path pattern"),
  methods: v.optional(listOf(methodName, "method")),
  hosts: v.optional(listOf(routeHost, "host")),
  policies: v.optional(policyNames, []),
  cost: v.optional(routeCost, 1),
  cache: v.optional(cacheSettings),
  origin: v.optional(v.string("must be the name of an origin pool")),
  credential: v.optional(upstreamCredential),
  priority: v.optional(priority, "normal"),
  whenLimited: v.optional(whenLimited),
  timeout: v.optional(duration, "30s"),
  requestTimeout: v.optional(duration),
  bodyTimeout: v.optional(duration),
  bodyBytesMax: v.optional(integerBetween(0, BODY_BYTES_MAX)),
  totalTimeout: v.optional(duration),
  auth: v.optional(oneOf(["none", "optional", "required"]), "none"),
  authenticate: v.optional(authenticateSchema),
  scopes: v.optional(
    // RFC 6749 section 3.3.
    listOf(
      textLike(/^[!#-[\]-~]{1,128}$/, "must be a scope without spaces, quotes and backslashes"),
      "scope",
      { least: 0, most: SCOPES_MAX },
    ),
    [],
  ),
  forwardCredential: v.optional(switchedOn, false),
  access: v.optional(accessList),
  cors: v.optional(corsRule),
  denied: v.optional(deniedAnswer),
  errors: v.optional(errorsRule),
  stripPrefix: v.optional(prefix),
  links: v.optional(linksSchema),
  webhook: v.optional(webhookSchema),
  handOver: v.optional(handOverSchema),
  respond: v.optional(fixedAnswer),
  ...retirementEntries,
  ...shapeEntries,
});
