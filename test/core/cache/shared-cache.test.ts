// The whole of the cache's core against a naive model of a shared cache: random policies, clients, changes, failures,
// purges and time. The model knows the truth as numbers, reads no field, and predicts every answer exactly.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CacheRequest } from "../../../src/core/cache/exchange.ts";
import type { Fields } from "../../../src/core/cache/fields.ts";
import { formatHttpDate } from "../../../src/core/http/http-date.ts";
import { type GatewayAnswer, MemoryGateway, type OriginAnswer } from "./memory-gateway.ts";
import { NaiveCache, type Policy, type Prediction } from "./naive-cache.ts";
import { type FieldObject, NOW_MS, request, settings } from "./samples.ts";
import { toRuns } from "../../property-runs.ts";

type Get = {
  readonly kind: "get";
  readonly method: "GET" | "HEAD";
  readonly path: string;
  readonly accept: string;
  readonly isAuthorised: boolean;
  /** The version that the client has: sent as If-None-Match. */
  readonly known: number | undefined;
};
type Step =
  | Get
  | { readonly kind: "wait"; readonly seconds: number }
  | { readonly kind: "change" | "post" | "purge"; readonly path: string }
  | { readonly kind: "policy"; readonly path: string; readonly policy: Policy }
  | { readonly kind: "origin"; readonly state: "up" | "down" | "failing" }
  | { readonly kind: "everything" };

const PATHS = ["/varied", "/plain"] as const;
const FLAGS = [
  "no-store",
  "private",
  "no-cache",
  "must-revalidate",
  "proxy-revalidate",
  "public",
  "immutable",
];

const policies: fc.Arbitrary<Policy> = fc.record({
  maxAge: fc.constantFrom(undefined, 0, 5, 5, 20, 20),
  sharedMaxAge: fc.constantFrom(undefined, undefined, undefined, 0, 10),
  flags: fc.oneof(
    fc.constant<string[]>([]),
    fc.constantFrom(...FLAGS).map((flag) => [flag]),
    fc.subarray(FLAGS, { minLength: 2, maxLength: 2 }),
  ),
  staleWhileRevalidate: fc.constantFrom(0, 8),
  staleIfError: fc.constantFrom(0, 15),
  age: fc.constantFrom(0, 0, 3),
  hasEtag: fc.boolean(),
});
const path = fc.constantFrom(...PATHS);
const gets: fc.Arbitrary<Get> = fc.record({
  kind: fc.constant("get" as const),
  method: fc.constantFrom("GET" as const, "GET" as const, "GET" as const, "GET" as const, "HEAD" as const),
  path,
  accept: fc.constantFrom("a", "a", "b"),
  isAuthorised: fc.constantFrom(false, false, false, false, true),
  known: fc.constantFrom(undefined, undefined, undefined, 0, 1),
});
const policySteps = fc.record({ kind: fc.constant("policy" as const), path, policy: policies });
const originSteps = fc.record({
  kind: fc.constant("origin" as const),
  state: fc.constantFrom("up" as const, "up" as const, "down" as const, "failing" as const),
});
const otherSteps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), seconds: fc.constantFrom(1, 3, 6, 9) }),
  },
  { weight: 6, arbitrary: policySteps },
  { weight: 4, arbitrary: originSteps },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("change" as const), path }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("post" as const, "purge" as const), path }) },
  { weight: 1, arbitrary: fc.constant({ kind: "everything" as const }) },
);
/** Whatever happens, someone asks afterwards, or nobody would see it. */
const steps: fc.Arbitrary<readonly Step[]> = fc
  .array(fc.tuple(fc.option(otherSteps, { nil: undefined }), gets), {
    minLength: 10,
    maxLength: 40,
    size: "max",
  })
  .map((pairs) => pairs.flatMap(([other, get]) => (other === undefined ? [get] : [other, get])));

/** The real core in a gateway, an origin that both see, and the model, moved along the same steps. */
class Scene {
  readonly #gateway = new MemoryGateway(settings(), (asked) => this.#answer(asked));
  readonly #model = new NaiveCache();
  #seconds = 0;

  /** What the gateway answered and what the model predicts; undefined for a step without an answer. */
  take(step: Step): { readonly actual: Prediction; readonly predicted: Prediction } | undefined {
    const nowMs = NOW_MS + this.#seconds * 1_000;
    if (step.kind === "get") return this.#get(step, nowMs);
    if (step.kind === "wait") this.#seconds += step.seconds;
    if (step.kind === "post") {
      this.#gateway.handle(request({ method: "POST", target: { path: step.path } }), nowMs);
      this.#model.post(step.path);
    }
    if (step.kind === "purge") {
      this.#gateway.purge({ kind: "path", url: `https://api.example${step.path}` }, nowMs);
      this.#model.purge(step.path);
    }
    if (step.kind === "everything") {
      this.#gateway.purge({ kind: "everything" }, nowMs);
      for (const purged of PATHS) this.#model.purge(purged);
    }
    if (step.kind === "change") this.#model.change(step.path);
    if (step.kind === "policy") this.#model.setPolicy(step.path, step.policy);
    if (step.kind === "origin") this.#model.originState = step.state;
    return undefined;
  }

  #get({ method, path: asked, accept, isAuthorised, known }: Get, nowMs: number) {
    const fields = {
      accept,
      ...(isAuthorised ? { authorization: "Bearer x" } : {}),
      ...(known === undefined ? {} : { "if-none-match": `"${known}"` }),
    };
    const answer = this.#gateway.handle(request({ method, target: { path: asked }, fields }), nowMs);
    const predicted = this.#model.get(asked, {
      accept,
      isAuthorised,
      known,
      isHead: method === "HEAD",
      seconds: this.#seconds,
    });
    return { actual: toPrediction(answer), predicted };
  }

  #answer({ method, target, fields }: CacheRequest): OriginAnswer | undefined {
    const { originState } = this.#model;
    if (originState === "down") return undefined;
    if (originState === "failing") return { status: 503, fields: [], body: "down" };
    const { version, policy } = this.#model.truth(target.path);
    const date = formatHttpDate(NOW_MS + this.#seconds * 1_000);
    const answered: Fields = [
      ["date", date],
      ["cache-control", toCacheControl(policy)],
      ["age", String(policy.age)],
      ...(policy.hasEtag ? [["etag", `"${version}"`] as const] : []),
      ...(target.path === "/varied" ? [["vary", "Accept"] as const] : []),
    ];
    const isKnown = policy.hasEtag && fields.get("if-none-match") === `"${version}"`;
    if (isKnown && method !== "POST") return { status: 304, fields: answered, body: "" };
    const chosen = target.path === "/varied" ? fields.get("accept") : "any";
    const body = `${target.path} ${chosen} ${version}`;
    return {
      status: 200,
      fields: [...answered, ["content-length", String(body.length)]],
      body: method === "HEAD" ? "" : body,
    };
  }
}

function toCacheControl(policy: Policy): string {
  return [
    ...policy.flags,
    ...(policy.maxAge === undefined ? [] : [`max-age=${policy.maxAge}`]),
    ...(policy.sharedMaxAge === undefined ? [] : [`s-maxage=${policy.sharedMaxAge}`]),
    ...(policy.staleWhileRevalidate > 0 ? [`stale-while-revalidate=${policy.staleWhileRevalidate}`] : []),
    ...(policy.staleIfError > 0 ? [`stale-if-error=${policy.staleIfError}`] : []),
  ].join(", ");
}

function toPrediction({ status, fields, body }: GatewayAnswer): Prediction {
  const isHit = fields.get("cache-status")?.includes("; hit") === true;
  const age = fields.get("age");
  return { status, body, isHit, age: isHit ? Number(age) : undefined };
}

describe("the cache's core", () => {
  it("answers as a naive model of a shared cache predicts, whatever happens", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const scene = new Scene();
        const answers = taken.map((step) => scene.take(step)).filter((answer) => answer !== undefined);
        expect(answers.map(({ actual }) => actual)).toEqual(answers.map(({ predicted }) => predicted));
      }),
      { numRuns: toRuns(200) },
    );
  });

  it("gives nobody what another request's fields chose, however the origin varies", () => {
    const names = ["bar", "foo"];
    const value = fc.constantFrom(undefined, "1", "2");
    const step = fc.record({ vary: fc.subarray(names), foo: value, bar: value, seconds: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (taken) => {
        let vary: readonly string[] = [];
        const gateway = new MemoryGateway(settings(), ({ fields }) => ({
          status: 200,
          fields: [
            ["cache-control", "max-age=5"],
            ["vary", vary.join(", ")],
          ],
          body: JSON.stringify(Object.fromEntries(vary.map((name) => [name, fields.get(name) ?? null]))),
        }));
        let nowMs = NOW_MS;
        for (const { seconds, foo, bar, ...varied } of taken) {
          vary = varied.vary;
          nowMs += seconds * 1_000;
          const asked = Object.fromEntries(
            Object.entries({ foo, bar }).filter(([, given]) => given !== undefined),
          );
          const { body } = gateway.handle(request({ fields: asked as FieldObject }), nowMs);
          const chosenBy = JSON.parse(body) as Readonly<Record<string, string | null>>;
          const mixedUp = Object.entries(chosenBy).filter(
            ([name, chosen]) => (asked[name] ?? null) !== chosen,
          );
          expect(mixedUp).toEqual([]);
        }
      }),
    );
  });
});
