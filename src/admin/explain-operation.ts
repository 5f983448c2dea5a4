// Explains a request that is only described: nothing is asked of the origin, and no quota is taken.

import { type CredentialVerdict, judgeKey } from "../core/consumers/verdict.ts";
import { findVainFacts, toPlatformFacts } from "../core/control/described-client.ts";
import { type DescribedRequest, describedRequest } from "../core/control/described-request.ts";
import type { Explanation } from "../core/control/explanation.ts";
import { readClock } from "../platform/clock.ts";
import { PLACES } from "../core/keys/places.ts";
import { findKeys, findNamedKeys, toRecord } from "./find-keys.ts";
import { integer, text, toListSchema, toObjectSchema, yesOrNo } from "./json-schemas.ts";
import { type AdminControls, defineOperation, type Operation } from "./operation.ts";
import { followsSchema } from "./peek-counter.ts";
import { toInvalidBody, toJson, toNotFound } from "./problem.ts";
import type { JsonSchema } from "./to-schema.ts";

const reasoned = toObjectSchema({ id: text, reason: text });
const policySchema = toObjectSchema(
  {
    policy: text,
    limit: { oneOf: [integer, { const: "unlimited" }] },
    windowMs: integer,
    decidedBy: { enum: ["policy", "limits", "tier", "claim", "override"] },
    follows: followsSchema,
    takes: { type: "number" },
    tier: text,
    variant: text,
    override: reasoned,
    counter: {},
    isShadow: yesOrNo,
    verdict: toObjectSchema(
      {
        outcome: { enum: ["allowed", "denied", "impossible"] },
        used: integer,
        remaining: integer,
        retryAfterMs: integer,
        resetMs: integer,
        isBanned: yesOrNo,
        degraded: text,
      },
      ["used", "retryAfterMs", "degraded"],
    ),
  },
  ["windowMs", "follows", "takes", "tier", "variant", "override", "verdict"],
);
/** Members that are left out where there is nothing to say. */
const UNNAMED =
  "problem status cause retryAfterMs path route preflight ban reputation cost consumer tier apiKey outbound load";
const explanation = (): JsonSchema =>
  toObjectSchema(
    {
      problem: text,
      status: integer,
      cause: text,
      denied: toListSchema(text),
      retryAfterMs: integer,
      isRemembered: yesOrNo,
      path: text,
      route: toObjectSchema({ index: integer, name: text }),
      preflight: { enum: ["gateway", "origin"] },
      ban: reasoned,
      reputation: toObjectSchema({
        standing: { enum: ["clear", "trusted", "suspect", "banned"] },
        score: { type: "number" },
        points: { type: "number" },
        banMs: { type: "number" },
        isShadow: yesOrNo,
      }),
      cost: integer,
      consumer: text,
      tier: text,
      apiKey: text,
      isUnlimited: yesOrNo,
      isCached: yesOrNo,
      policies: toListSchema(policySchema),
      outbound: toObjectSchema(
        {
          pool: text,
          whenLimited: toListSchema(text),
          policies: toListSchema(policySchema),
          accounts: toListSchema(
            toObjectSchema({ url: text, state: text, left: { type: "number" }, waitMs: integer }),
          ),
        },
        ["accounts"],
      ),
      load: toObjectSchema({
        pool: text,
        mode: { enum: ["enforce", "shadow"] },
        priority: text,
        admitted: { type: "number" },
      }),
    },
    UNNAMED.split(" "),
  );

export const explainOperation: Operation = defineOperation({
  name: "explain",
  method: "POST",
  path: "/explain",
  summary:
    "What would become of a request, decided as it would be and without taking anything: its route, who is calling, what refuses it until when, and what each policy has left",
  isRead: true,
  body: describedRequest,
  answer: explanation,
  handle: async ({ controls, body }) => {
    const assumed = await findAssumed(controls, body);
    if (assumed instanceof Response) return assumed;
    const request = toRequest(body, assumed === undefined ? body.credential : ASSUMED);
    if (request === undefined) {
      const message = "must describe a request that can be sent";
      return toInvalidBody([{ path: "", code: "invalid", message }]);
    }
    await controls.learn();
    const vain = findVainFacts(body, controls.config());
    if (vain.length > 0) return toInvalidBody(vain);
    return toJson(200, await explainWhere(request, { continent: body.continent, assumed, controls }));
  },
});

interface Where {
  readonly continent: string | undefined;
  readonly assumed: CredentialVerdict | undefined;
  readonly controls: AdminControls;
}

/**
 * Keys with an address are counted by continent. Where nobody says on which one the client is, it is on the one that has
 * counted it.
 */
async function explainWhere(
  request: Request,
  { continent: known, assumed, controls }: Where,
): Promise<Explanation> {
  const explained = await controls.explain(request, assumed);
  const counters = [...explained.policies, ...(explained.outbound?.policies ?? [])].map(
    ({ counter }) => counter,
  );
  const isPlaced = counters.some((one) => typeof one !== "string" && one.object.startsWith("unknown:"));
  if (known !== undefined || !isPlaced) return explained;
  const others = PLACES.filter((name) => name !== "unknown").map((continent) => {
    const cf = { ...request.cf, continent } as CfProperties;
    return controls.explain(new Request(request, { cf }), assumed);
  });
  const [fullest = explained] = [explained, ...(await Promise.all(others))].sort(
    (one, other) => countDenying(other) - countDenying(one) || toUsed(other) - toUsed(one),
  );
  return fullest;
}

/** What is denied takes nothing, so what it has used is less than what is allowed would have used. */
function countDenying({ policies }: Explanation): number {
  return policies.filter(({ verdict }) => verdict?.outcome === "denied").length;
}

function toUsed({ policies }: Explanation): number {
  return policies.reduce((sum, { verdict }) => sum + (verdict?.used ?? 0), 0);
}

/** Stands for a credential whose text is not known. */
const ASSUMED = "assumed";

/** The verdict on the credential that the request is taken to show; undefined: on what it does show, if anything. */
async function findAssumed(
  controls: AdminControls,
  { consumer, tier, scopes, apiKey }: DescribedRequest,
): Promise<CredentialVerdict | Response | undefined> {
  if (apiKey !== undefined) return findKeyVerdict(controls, apiKey);
  if (consumer === undefined) return undefined;
  const isDescribed = tier !== undefined || scopes.length > 0;
  const keys = isDescribed ? [] : (await findKeys(controls, { consumer })).items;
  const verdicts = keys.map((key) => judgeKey(toRecord(key), readClock()));
  const identity = { consumer, tier, scopes, apiKey: undefined, token: undefined };
  return verdicts.find(({ kind }) => kind === "accepted") ?? verdicts[0] ?? { kind: "accepted", identity };
}

async function findKeyVerdict(controls: AdminControls, name: string): Promise<CredentialVerdict | Response> {
  const keys = await findNamedKeys(controls, name);
  const [key] = keys;
  if (key === undefined) return toNotFound("API key", name);
  if (keys.length === 1) return judgeKey(toRecord(key), readClock());
  const message = `must name one API key, and begins ${keys.map(({ id }) => id).join(", ")}`;
  return toInvalidBody([{ path: "apiKey", code: "invalid", message }]);
}

/** undefined for what the platform does not take for a request. */
function toRequest(
  { address, ...described }: DescribedRequest,
  credential: string | undefined,
): Request | undefined {
  const { url, headers, country, continent } = described;
  try {
    const given = new Headers(headers);
    // As the platform does: what a client says of its own address is not heard.
    given.delete("cf-connecting-ip");
    if (address !== undefined) given.set("cf-connecting-ip", address);
    if (credential !== undefined) given.set("authorization", `Bearer ${credential}`);
    return new Request(url, {
      method: described.method,
      headers: given,
      cf: { country, continent, ...toPlatformFacts(described) } as CfProperties,
    });
  } catch {
    return undefined;
  }
}
