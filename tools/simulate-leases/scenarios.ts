// What is simulated: who asks how much, when, from how far away, and what breaks meanwhile.

/** Plans of one key, and who is on which. */
export interface Plans {
  /** Their limits; all else is the same. */
  readonly limits: Readonly<Record<string, number>>;
  /** The plan of a request of isolate `index` at this time; `chance` is from 0 to below 1. */
  readonly toPlan: (index: number, atMs: number, chance: number) => string;
}

export interface Scenario {
  readonly name: string;
  readonly options: {
    readonly algorithm: "token-bucket" | "sliding-window";
    readonly limit: number;
    readonly window: string;
  };
  readonly isolates: number;
  /** Demand, as a multiple of the limit. */
  readonly load: number;
  readonly seconds: number;
  /** Isolate `index`'s part of the demand at this time; an average of 1 over isolates and time is the load. */
  readonly toWeight: (index: number, atMs: number) => number;
  /** Isolates that are killed each second, on average; others take their place. */
  readonly isolateKillsPerSecond?: number;
  readonly ownerKillEveryMs?: number;
  /** Requests cost 1 to this. */
  readonly costMax?: number;
  readonly plans?: Plans;
}

const LOADS = [0.5, 0.95, 2, 10] as const;
const SECONDS = 120;
const MINUTE = { limit: 6_000, window: "1m" } as const;

/** Zipf with exponent 0.8, as an average of 1. */
function toZipf(isolates: number): (index: number) => number {
  let sum = 0;
  for (let index = 0; index < isolates; index += 1) sum += (index + 1) ** -0.8;
  return (index) => ((index + 1) ** -0.8 * isolates) / sum;
}

const isOn = (index: number, atMs: number): boolean => (atMs + index * 3_701) % 10_000 < 2_500;

type Weather = Omit<Scenario, "options" | "seconds">;

const everyLoad = (loads: readonly number[], weather: Omit<Weather, "load">): readonly Weather[] =>
  loads.map((load) => Object.assign({ load }, weather));

const zipf = toZipf(40);

const WEATHERS: readonly Weather[] = [
  ...everyLoad(LOADS, { name: "zipf", isolates: 40, toWeight: zipf }),
  ...everyLoad(LOADS, { name: "one isolate", isolates: 1, toWeight: () => 1 }),
  ...everyLoad([0.5, 2, 10], { name: "many isolates", isolates: 200, toWeight: () => 1 }),
  ...everyLoad([0.5, 2], {
    name: "on and off",
    isolates: 40,
    toWeight: (index, atMs) => (isOn(index, atMs) ? 4 * zipf(index) : 0),
  }),
  {
    name: "flash crowd",
    isolates: 40,
    load: 2,
    toWeight: (_, atMs) => (atMs % 60_000 < 40_000 ? 0.1 : 2.8),
  },
  {
    name: "moving demand",
    isolates: 40,
    load: 0.95,
    toWeight: (index, atMs) => (Math.floor(atMs / 15_000) % 4 === index % 4 ? 4 : 0),
  },
  { name: "costs 1 to 9", isolates: 40, load: 2, toWeight: zipf, costMax: 9 },
  { name: "isolates killed", isolates: 40, load: 0.95, toWeight: zipf, isolateKillsPerSecond: 2 },
  { name: "owner killed", isolates: 40, load: 2, toWeight: zipf, ownerKillEveryMs: 20_000 },
  {
    name: "both killed",
    isolates: 40,
    load: 10,
    toWeight: zipf,
    isolateKillsPerSecond: 2,
    ownerKillEveryMs: 9_000,
  },
];

const LIMITS = { free: 600, pro: 6_000 } as const;
const HALF_MS = (SECONDS / 2) * 1_000;
const LEARNT_MS = 4_000;

const plansOf = (toPlan: Plans["toPlan"]): { readonly plans: Plans } => ({
  plans: { limits: LIMITS, toPlan },
});
const isOdd = (whole: number): boolean => whole % 2 === 1;
const mixed = plansOf((_, __, chance) => (chance < 0.5 ? "free" : "pro"));
const TEN = { isolates: 10, toWeight: () => 1 } as const;
/** Demand as a multiple of the lower limit. */
const ofFree = (load: number): number => (load * LIMITS.free) / LIMITS.pro;

/** Keys that are used under two plans: the load is a multiple of the higher plan's limit. */
const PLAN_WEATHERS: readonly Weather[] = [
  ...everyLoad([0.5, 0.95, 2], { name: "all pro", ...TEN, ...plansOf(() => "pro") }),
  ...everyLoad([ofFree(0.95), ofFree(2)], { name: "all free", ...TEN, ...plansOf(() => "free") }),
  { name: "upgraded", load: 2, ...TEN, ...plansOf((_, atMs) => (atMs < HALF_MS ? "free" : "pro")) },
  { name: "downgraded", load: 2, ...TEN, ...plansOf((_, atMs) => (atMs < HALF_MS ? "pro" : "free")) },
  {
    name: "every 7 s",
    load: 0.95,
    ...TEN,
    ...plansOf((_, atMs) => (isOdd(Math.floor(atMs / 7_000)) ? "pro" : "free")),
  },
  {
    name: "learnt late",
    load: 0.95,
    ...TEN,
    ...plansOf((index, atMs) =>
      isOdd(Math.floor((atMs - (index * LEARNT_MS) / TEN.isolates) / 15_000)) ? "free" : "pro",
    ),
  },
  ...everyLoad([0.5, 2], {
    name: "two keys",
    ...TEN,
    ...plansOf((index) => (isOdd(index) ? "free" : "pro")),
  }),
  ...everyLoad([0.5, 2], { name: "mixed", ...TEN, ...mixed }),
  { name: "mixed, owner killed", load: 0.95, ...TEN, ...mixed, ownerKillEveryMs: 9_000 },
  {
    name: "mixed, both killed",
    load: 2,
    ...TEN,
    ...mixed,
    costMax: 9,
    isolateKillsPerSecond: 2,
    ownerKillEveryMs: 9_000,
  },
];

const SMALL_SECONDS = 600;
const even = (isolates: number): Pick<Weather, "isolates" | "toWeight"> => ({ isolates, toWeight: () => 1 });

/** Limits of which nothing is granted but to an isolate that is alone. */
const SMALL_WEATHERS: readonly Weather[] = [
  ...everyLoad([0.5, 0.95, 2], { name: "alone", ...even(1) }),
  ...everyLoad([0.95, 2], { name: "three", ...even(3) }),
  ...everyLoad([0.95], { name: "ten", ...even(10) }),
  {
    name: "joined after 60 s",
    load: 2,
    isolates: 2,
    toWeight: (index, atMs) => (index === 0 || atMs % 120_000 > 60_000 ? 1 : 0),
  },
  { name: "costs 1 to 9", load: 0.95, costMax: 9, ...even(1) },
  { name: "isolate killed", load: 2, isolateKillsPerSecond: 0.05, ...even(1) },
  { name: "both killed", load: 2, isolateKillsPerSecond: 0.05, ownerKillEveryMs: 17_000, ...even(2) },
];

function toSmallScenarios(algorithm: Scenario["options"]["algorithm"]): readonly Scenario[] {
  return [20, 60].flatMap((limit) =>
    SMALL_WEATHERS.map((weather) =>
      Object.assign({ options: { algorithm, limit, window: "1m" }, seconds: SMALL_SECONDS }, weather, {
        name: `${limit}: ${weather.name}`,
      }),
    ),
  );
}

function toScenarios(algorithm: Scenario["options"]["algorithm"]): readonly Scenario[] {
  const options = { algorithm, ...MINUTE };
  return [...WEATHERS, ...PLAN_WEATHERS].map((weather) =>
    Object.assign({ options, seconds: SECONDS }, weather),
  );
}

export const scenarios: readonly Scenario[] = [
  ...toScenarios("token-bucket"),
  ...toScenarios("sliding-window"),
  ...toSmallScenarios("token-bucket"),
  ...toSmallScenarios("sliding-window"),
];
