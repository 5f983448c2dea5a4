// A shared cache as one would explain it: a list of what was kept, and plain rules over numbers. It shares no code with
// the cache that it checks.

export interface Policy {
  readonly maxAge: number | undefined;
  readonly sharedMaxAge: number | undefined;
  readonly flags: readonly string[];
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  /** Seconds that the response spent in another cache. */
  readonly age: number;
  readonly hasEtag: boolean;
}

export interface Prediction {
  readonly status: number;
  readonly body: string;
  readonly isHit: boolean;
  readonly age: number | undefined;
}

export interface Asked {
  readonly accept: string;
  readonly isAuthorised: boolean;
  readonly known: number | undefined;
  readonly isHead: boolean;
  readonly seconds: number;
}

interface Kept {
  readonly path: string;
  readonly chosen: string;
  readonly version: number;
  readonly etag: number | undefined;
  readonly policy: Policy;
  readonly seconds: number;
}

const START: Policy = {
  maxAge: 5,
  sharedMaxAge: undefined,
  flags: [],
  staleWhileRevalidate: 0,
  staleIfError: 0,
  age: 0,
  hasEtag: true,
};

export class NaiveCache {
  originState: "up" | "down" | "failing" = "up";
  #kept: readonly Kept[] = [];
  readonly #versions = new Map<string, number>();
  readonly #policies = new Map<string, Policy>();

  truth(path: string): { readonly version: number; readonly policy: Policy } {
    return { version: this.#versions.get(path) ?? 0, policy: this.#policies.get(path) ?? START };
  }

  change(path: string): void {
    this.#versions.set(path, this.truth(path).version + 1);
  }

  setPolicy(path: string, policy: Policy): void {
    this.#policies.set(path, policy);
  }

  purge(path: string): void {
    this.#kept = this.#kept.filter((kept) => kept.path !== path);
  }

  post(path: string): void {
    if (this.originState === "up") this.purge(path);
  }

  get(path: string, asked: Asked): Prediction {
    const chosen = path === "/varied" ? asked.accept : "any";
    const kept = this.#kept.find((one) => one.path === path && one.chosen === chosen);
    if (kept === undefined) return this.#ask(path, chosen, asked);
    const left = toLifetime(kept.policy) - toAge(kept, asked.seconds);
    const hit = toAnswer(kept, asked, toAge(kept, asked.seconds));
    if (left > 0 && !has(kept.policy, "no-cache")) return hit;
    const mayBeStale = left <= 0 && !isStaleForbidden(kept.policy);
    if (mayBeStale && -left < kept.policy.staleWhileRevalidate) {
      this.#ask(path, chosen, { ...asked, isHead: false, known: undefined }, kept);
      return hit;
    }
    return this.#ask(path, chosen, asked, kept);
  }

  #ask(path: string, chosen: string, asked: Asked, kept?: Kept): Prediction {
    if (this.originState !== "up") return this.#fail(asked, kept);
    const { version, policy } = this.truth(path);
    const etag = policy.hasEtag ? version : undefined;
    if (kept?.etag !== undefined && kept.etag === etag) {
      const renewed = this.#keep({ ...kept, policy, seconds: asked.seconds }, asked.isAuthorised);
      return { ...toAnswer(renewed, asked, 0), isHit: false, age: undefined };
    }
    // A client's own condition is the origin's to answer when the cache has none to put in its place.
    if (kept?.etag === undefined && etag !== undefined && asked.known === etag) {
      return { status: 304, body: "", isHit: false, age: undefined };
    }
    const fetched = { path, chosen, version, etag, policy, seconds: asked.seconds };
    this.#replace(kept, fetched, asked);
    return { status: 200, body: asked.isHead ? "" : toBody(fetched), isHit: false, age: undefined };
  }

  #replace(kept: Kept | undefined, fetched: Kept, { isHead, isAuthorised }: Asked): void {
    if (!isHead) this.#keep(fetched, isAuthorised);
    else if (kept !== undefined && isUncontradicted(kept, fetched)) {
      this.#keep({ ...kept, policy: fetched.policy, seconds: fetched.seconds }, isAuthorised);
    } else if (kept !== undefined && !isAuthorised) this.#drop(kept);
  }

  #fail(asked: Asked, kept: Kept | undefined): Prediction {
    if (kept !== undefined && !isStaleForbidden(kept.policy)) {
      const staleFor = toAge(kept, asked.seconds) - toLifetime(kept.policy);
      // A cache that is cut off may give what it has for ten minutes, where the origin says no other time.
      const allowed = kept.policy.staleIfError || (this.originState === "down" ? 600 : 0);
      if (allowed > 0 && staleFor <= allowed) return toAnswer(kept, asked, toAge(kept, asked.seconds));
    }
    const isDown = this.originState === "down";
    return { status: isDown ? 502 : 503, body: isDown ? "" : "down", isHit: false, age: undefined };
  }

  /** What one user got and may not be kept changes nothing of what is kept for all. */
  #keep(kept: Kept, isAuthorised: boolean): Kept {
    const isKept = isKeepable(kept, isAuthorised);
    if (isKept || !isAuthorised) this.#drop(kept);
    if (isKept) this.#kept = [...this.#kept, kept];
    return kept;
  }

  #drop({ path, chosen }: Kept): void {
    this.#kept = this.#kept.filter((kept) => kept.path !== path || kept.chosen !== chosen);
  }
}

function toLifetime({ maxAge, sharedMaxAge }: Policy): number {
  return sharedMaxAge ?? maxAge ?? 0;
}

function toAge({ policy, seconds }: Kept, now: number): number {
  return policy.age + now - seconds;
}

/** A HEAD confirms what it does not contradict: the tag, where there is one, and the length. */
function isUncontradicted(kept: Kept, head: Kept): boolean {
  return (head.etag === undefined || head.etag === kept.etag) && toBody(head).length === toBody(kept).length;
}

function has({ flags }: Policy, ...wanted: readonly string[]): boolean {
  return flags.some((flag) => wanted.includes(flag));
}

function isStaleForbidden(policy: Policy): boolean {
  return policy.sharedMaxAge !== undefined || has(policy, "no-cache", "must-revalidate", "proxy-revalidate");
}

function isKeepable({ policy, etag }: Kept, isAuthorised: boolean): boolean {
  const isShared = policy.sharedMaxAge !== undefined || has(policy, "public", "must-revalidate");
  if (has(policy, "no-store", "private") || (isAuthorised && !isShared)) return false;
  const hasTime = policy.sharedMaxAge !== undefined || policy.maxAge !== undefined;
  const isFresh = toLifetime(policy) > policy.age && !has(policy, "no-cache");
  const isUsefulStale = !isStaleForbidden(policy) && policy.staleWhileRevalidate + policy.staleIfError > 0;
  return (hasTime || has(policy, "public", "no-cache")) && (isFresh || isUsefulStale || etag !== undefined);
}

function toAnswer(kept: Kept, { known, isHead }: Asked, age: number): Prediction {
  const isKnown = kept.etag !== undefined && kept.etag === known;
  return { status: isKnown ? 304 : 200, body: isKnown || isHead ? "" : toBody(kept), isHit: true, age };
}

function toBody({ path, chosen, version }: Kept): string {
  return `${path} ${chosen} ${version}`;
}
