// The public keys of one issuer (RFC 7517), read from its URL and kept for all requests of this isolate. Asked for anew in
// the background when they grow old, and for a key that is not among them, but never again within a cool-down, whatever
// tokens clients invent.

import type { JSONWebKeySet, JWTVerifyGetKey } from "jose";
import { isObject } from "../../core/schema/parse-with.ts";
import { readClock } from "../../platform/clock.ts";
import { findJwk } from "./find-jwk.ts";
import { Collapsing } from "../request/collapsing.ts";
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

type WaitUntil = (promise: Promise<unknown>) => void;

export class JwksClient {
  readonly #url: string;
  readonly #collapsing = new Collapsing();
  #keys: JWTVerifyGetKey | undefined;
  #learntMs = -Infinity;
  #askedMs = -Infinity;

  constructor(url: string) {
    this.#url = url;
  }

  /** The keys, or undefined when they cannot be had. */
  async read(waitUntil: WaitUntil): Promise<JWTVerifyGetKey | undefined> {
    const ageMs = readClock() - this.#learntMs;
    if (ageMs >= KNOWN_MS_MAX) {
      await this.#ask(RETRY_MS, waitUntil);
      return readClock() - this.#learntMs < KNOWN_MS_MAX ? this.#keys : undefined;
    }
    if (ageMs >= REFRESH_MS) waitUntil(this.#ask(COOL_DOWN_MS, waitUntil));
    return this.#keys;
  }

  /** The keys after asking for one that is not among them; undefined where it is too early to ask again. */
  async readAnew(waitUntil: WaitUntil): Promise<JWTVerifyGetKey | undefined> {
    const before = this.#keys;
    await this.#ask(COOL_DOWN_MS, waitUntil);
    return this.#keys === before ? undefined : this.#keys;
  }

  /** What crosses requests is a plain word: a fetch belongs to the request that made it. */
  async #ask(pauseMs: number, waitUntil: WaitUntil): Promise<void> {
    if (readClock() - this.#askedMs < pauseMs) {
      await this.#collapsing.wait(this.#url, TIMEOUT_MS);
      return;
    }
    const publish = this.#collapsing.lead(this.#url, waitUntil);
    try {
      await this.#fetch();
    } finally {
      publish?.("stored");
    }
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
      const set = JSON.parse(new TextDecoder().decode(body)) as JSONWebKeySet;
      if (!Array.isArray(set.keys) || set.keys.length > KEYS_MAX || !set.keys.every(isObject)) return;
      this.#keys = ({ alg, kid }, { payload }) =>
        findJwk(set.keys, { alg, kid, iss: readClaims(payload).iss });
      this.#learntMs = askedMs;
    } catch {
      // What was known stays, until it is too old.
    }
  }
}
