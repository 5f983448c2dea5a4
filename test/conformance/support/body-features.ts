// Features that have to do with a body on its way to the client, and every pair of them, as routes and pools that have
// both.

type Fragment = Readonly<Record<string, unknown>>;

/** Beside a plain GET of JSON that comes in two pieces. */
interface Feature {
  readonly route?: Fragment;
  /** Of the pool that the route leads to. */
  readonly pool?: Fragment;
  readonly method?: "HEAD" | "POST";
  readonly body?: "events" | "large" | "error";
  readonly by?: "batch" | "aggregate";
  readonly query?: string;
  /** Which JSON is trimmed. */
  readonly trims?: "good answers" | "all answers";
  readonly isStored?: true;
}

/** Of routes that have one. */
export const TIMEOUT_MS = 5_000;

const features: Readonly<Record<string, Feature>> = {
  concurrency: { route: { policies: ["flights"] } },
  "concurrency in shadow": { route: { policies: ["shadow"] } },
  "concurrency of a pool": { pool: { policies: ["calls"] } },
  bodyTimeout: { route: { bodyTimeout: `${TIMEOUT_MS}ms` } },
  totalTimeout: { route: { totalTimeout: `${TIMEOUT_MS}ms` } },
  cache: { route: { cache: { ttl: "1h", ttlByStatus: { "400": "1h" } } }, isStored: true },
  fields: { route: { fields: true }, query: "?fields=id", trims: "good answers" },
  dropFields: { route: { response: { dropFields: "secret" } }, trims: "all answers" },
  "a kept body, sent again": { pool: { retries: { budgetPercent: 100 } }, method: "POST" },
  feedback: { pool: { feedback: { profile: "facebook-graph" } }, body: "error" },
  links: { route: { links: { fields: ["*_url"] } } },
  batch: { by: "batch" },
  aggregate: { by: "aggregate" },
  "server-sent events": { body: "events" },
  HEAD: { method: "HEAD" },
};

/** A route that has two features, or one. */
export interface BodyCase extends Omit<Feature, "route" | "pool"> {
  readonly name: string;
  readonly path: string;
  readonly features: readonly string[];
  readonly route: Fragment;
  readonly pool: Fragment | undefined;
}

const list = Object.entries(features);
export const pairs: readonly BodyCase[] = list.flatMap((one, at) =>
  list.slice(at).flatMap((other) => (areTogether(one[1], other[1]) ? [toCase(one, other)] : [])),
);

/** Not two methods, two bodies or two ways. */
function areTogether(one: Feature, other: Feature): boolean {
  if (one === other) return true;
  const slots = ["method", "body", "by"] as const;
  if (slots.some((slot) => one[slot] !== undefined && other[slot] !== undefined)) return false;
  const { by, method, body } = { ...one, ...other };
  // An aggregate is read with GET and HEAD, and made of JSON. A batch states no length, so what it sends is not kept.
  if (by === "aggregate") return method !== "POST" && body !== "events";
  return by !== "batch" || method !== "POST";
}

function toCase([oneName, one]: [string, Feature], [otherName, other]: [string, Feature]): BodyCase {
  const name = oneName === otherName ? oneName : `${oneName} and ${otherName}`;
  const both = [one, other];
  const policies = both.flatMap(({ route }) => (route?.["policies"] as readonly string[] | undefined) ?? []);
  return {
    ...one,
    ...other,
    name,
    path: `/${name.replaceAll(/[^a-z]+/gi, "-")}`,
    features: [oneName, otherName],
    route: { ...one.route, ...other.route, policies: [...new Set(policies)] },
    pool: both.some(({ pool }) => pool !== undefined) ? { ...one.pool, ...other.pool } : undefined,
  };
}

interface Sites {
  readonly urls: readonly string[];
  /** What permits are counted by: one for each. */
  readonly key: string;
}

/** A configuration with these routes. */
export function toConfig(cases: readonly BodyCase[], { urls, key }: Sites): Fragment {
  const permit = { algorithm: "concurrency", limit: 1, expires: "1h", key };
  return {
    batch: {},
    headers: { shadow: true },
    origin: "plain",
    origins: {
      plain: { members: [urls[0]], retries: { max: 0 } },
      ...Object.fromEntries(cases.flatMap(({ pool }) => (pool === undefined ? [] : [toPool(pool, urls)]))),
    },
    policies: { flights: permit, calls: permit, shadow: { ...permit, mode: "shadow" } },
    routes: cases.flatMap(toRoutes),
  };
}

const toPoolName = (pool: Fragment): string => Object.keys(pool).join("-");

/** Whoever answers 503 on purpose is not left alone for it. */
function toPool(pool: Fragment, members: readonly string[]): readonly [name: string, pool: Fragment] {
  return [
    toPoolName(pool),
    { members, breaker: { failures: 1_000_000, answers: 1_000_000 }, queue: { waitMax: "1s" }, ...pool },
  ];
}

function toRoutes({ path, query = "", route, pool, by }: BodyCase): readonly Fragment[] {
  const own = { path, origin: pool === undefined ? "plain" : toPoolName(pool), ...route };
  const below = { ...own, path: `${path}/*` };
  const whole = { path: `/all${path}`, aggregate: { part: path + query }, policies: route["policies"] };
  return by === "aggregate" ? [own, below, whole] : [own, below];
}
