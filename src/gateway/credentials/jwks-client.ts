// The public keys of one issuer (RFC 7517), read from its URL and kept for all requests of this isolate, and for the other
// isolates of its data centre. Asked for anew in the background when they grow old, and for a key that is not among them,
// but never again within a cool-down, whatever tokens clients invent.

import type { JSONWebKeySet, JWTVerifyGetKey } from "jose";
import { isObject } from "../../core/schema/parse-with.ts";
import { readClock } from "../../platform/clock.ts";
import { findJwk } from "./find-jwk.ts";
import { Collapsing } from "../request/collapsing.ts";
import type { DataCentre } from "../request/data-centre.ts";
import { readClaims } from "./read-claims.ts";
import { readWhole } from "../../platform/read-whole.ts";

const REFRESH_MS = 600_000;
/** An issuer that does not answer for so long is believed no longer. */
const KNOWN_MS_MAX = 86_400_000;
/** Between two requests for a key that is not among those known. */
const COOL_DOWN_MS = 30_000;
/** Between two requests while none has succeeded. */
const RETRY_MS = 2_000;
const TIMEOUT_MS = 5_000;
const BOUNDS = { bytesMax: 262_144, timeMsMax: TIMEOUT_MS };
const KEYS_MAX = 100;
/** What isolates' clocks may differ by. */
const CLOCKS_MS = 500;

interface Asking {
  /** Between two of these. */
  readonly pauseMs: number;
  /** How old what another isolate has fetched may be. */
  readonly sharedMs: number;
}

type WaitUntil = (promise: Promise<unknown>) => void;

export class JwksClient {
  readonly #url: string;
  readonly #dataCentre: DataCentre;
  readonly #collapsing = new Collapsing();
  #keys: JWTVerifyGetKey | undefined;
  #learntMs = -Infinity;
  #askedMs = -Infinity;

  constructor(url: string, dataCentre: DataCentre) {
    this.#url = url;
    this.#dataCentre = dataCentre;
  }

  /** The keys, or undefined when they cannot be had. */
  async read(waitUntil: WaitUntil): Promise<JWTVerifyGetKey | undefined> {
    const ageMs = readClock() - this.#learntMs;
    if (ageMs >= KNOWN_MS_MAX) {
      await this.#ask({ pauseMs: RETRY_MS, sharedMs: REFRESH_MS }, waitUntil);
      return readClock() - this.#learntMs < KNOWN_MS_MAX ? this.#keys : undefined;
    }
    if (ageMs >= REFRESH_MS) waitUntil(this.#ask({ pauseMs: COOL_DOWN_MS, sharedMs: REFRESH_MS }, waitUntil));
    return this.#keys;
  }

  /** The keys after asking for one that is not among them; undefined where it is too early to ask again. */
  async readAnew(waitUntil: WaitUntil): Promise<JWTVerifyGetKey | undefined> {
    const before = this.#keys;
    await this.#ask({ pauseMs: COOL_DOWN_MS, sharedMs: COOL_DOWN_MS }, waitUntil);
    return this.#keys === before ? undefined : this.#keys;
  }

  /** What crosses requests is a plain word: a fetch belongs to the request that made it. */
  async #ask({ pauseMs, sharedMs }: Asking, waitUntil: WaitUntil): Promise<void> {
    if (readClock() - this.#askedMs < pauseMs) {
      await this.#collapsing.wait(this.#url, TIMEOUT_MS);
      return;
    }
    const publish = this.#collapsing.lead(this.#url, waitUntil);
    try {
      if (!(await this.#readShared(sharedMs))) await this.#fetch();
    } finally {
      publish?.("stored");
    }
  }

  /** Takes what another isolate of the data centre has fetched since this one did. Resolves to whether there was anything. */
  async #readShared(sharedMs: number): Promise<boolean> {
    const nowMs = readClock();
    this.#askedMs = nowMs;
    const text = await this.#dataCentre.read(this.#name, nowMs);
    const shared = text === undefined ? undefined : parseShared(text);
    if (shared === undefined) return false;
    const { askedMs, keys } = shared;
    const isNewer = askedMs > this.#learntMs && askedMs <= nowMs + CLOCKS_MS && nowMs - askedMs < sharedMs;
    if (isNewer) this.#learn(keys, Math.min(askedMs, nowMs));
    return isNewer;
  }

  #learn(keys: JSONWebKeySet["keys"], askedMs: number): void {
    this.#keys = ({ alg, kid }, { payload }) => findJwk(keys, { alg, kid, iss: readClaims(payload).iss });
    this.#learntMs = askedMs;
  }

  get #name(): string {
    return `jwks ${this.#url}`;
  }

  async #fetch(): Promise<void> {
    const askedMs = readClock();
    this.#askedMs = askedMs;
    try {
      const response = await fetch(this.#url, {
        headers: { accept: "application/jwk-set+json, application/json" },
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status !== 200 || response.body === null) {
        await response.body?.cancel();
        return;
      }
      const body = await readWhole(response.body, BOUNDS);
      const keys = parseKeys(JSON.parse(new TextDecoder().decode(body)));
      if (keys === undefined) return;
      this.#learn(keys, askedMs);
      const text = JSON.stringify({ askedMs, keys });
      await this.#dataCentre.write(this.#name, text, { nowMs: askedMs, keptMs: REFRESH_MS });
    } catch {
      // What was known stays, until it is too old.
    }
  }
}

type Keys = JSONWebKeySet["keys"];

/** undefined: it is no JWK Set, or one that is too long. */
function parseKeys(set: unknown): Keys | undefined {
  const { keys } = isObject(set) ? set : {};
  return Array.isArray(keys) && keys.length <= KEYS_MAX && keys.every(isObject) ? keys : undefined;
}

/** Another release may have written something else. */
function parseShared(text: string): { readonly askedMs: number; readonly keys: Keys } | undefined {
  try {
    const shared: unknown = JSON.parse(text);
    const keys = parseKeys(shared);
    if (keys === undefined || !isObject(shared) || typeof shared["askedMs"] !== "number") return undefined;
    return { askedMs: shared["askedMs"], keys };
  } catch {
    return undefined;
  }
}
