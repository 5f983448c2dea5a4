// Verifies JSON Web Tokens (RFC 7519, RFC 8725) by what the configuration pins for their issuer: where its key is, which
// algorithms it signs with, and whom its tokens are for. Nothing that a token says counts before that.

import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import { isLongEnough } from "../../core/consumers/issuer-key-texts.ts";
import { type IssuerName, isIssuedBy } from "../../core/consumers/issuer-name.ts";
import type { Issuer } from "../../core/consumers/issuer-schema.ts";
import { findForeignClaim } from "../../core/consumers/judge-claims.ts";
import { type Identity, toTokenIdentity } from "../../core/keys/identity.ts";
import { type CredentialVerdict, refuse } from "../../core/consumers/verdict.ts";
import { LruMap } from "../../core/lru-map.ts";
import { readClock } from "../../platform/clock.ts";
import type { DataCentre } from "../request/data-centre.ts";
import { importPublicKey } from "./import-public-key.ts";
import { JwksClient } from "./jwks-client.ts";
import { readClaims } from "./read-claims.ts";

const VERIFIED_MAX = 10_000;
/** A verified token is verified again after this: its issuer may have withdrawn the key. */
const VERIFIED_MS_MAX = 600_000;

type WaitUntil = (promise: Promise<unknown>) => void;

interface Verified {
  readonly identity: Identity;
  readonly untilMs: number;
}

/** Where an issuer's key is. `find` answers undefined while the key cannot be had. */
interface Keys {
  readonly find: (waitUntil: WaitUntil) => Promise<JWTVerifyGetKey | undefined>;
  /** For a key that was not among them. */
  readonly findAnew: (waitUntil: WaitUntil) => Promise<JWTVerifyGetKey | undefined>;
}

/** An issuer by one of its names. */
interface Pinned {
  readonly name: IssuerName;
  readonly issuer: Issuer;
  readonly keys: Keys;
}

interface Having {
  /** The deployment's variables. */
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly dataCentre: DataCentre;
}

interface Attempt {
  readonly text: string;
  readonly hash: string;
  readonly pinned: Pinned;
}

export class TokenClient {
  readonly #pinned: ReadonlyMap<string, Pinned>;
  /** Those whose name has a place that a tenant fills. */
  readonly #ofTenants: readonly Pinned[];
  readonly #verified = new LruMap<string, Verified>(VERIFIED_MAX);

  constructor(issuers: readonly Issuer[], having: Having) {
    const pinned = issuers.flatMap((issuer) => {
      const keys = toKeys(issuer, having);
      return issuer.names.map((name) => ({ name, issuer, keys }));
    });
    this.#pinned = new Map(pinned.map((one) => [one.name.text, one]));
    this.#ofTenants = pinned.filter(({ name }) => name.tenant !== undefined);
  }

  /** Who a token belongs to that this isolate has verified, by the token's hash. */
  recall(hash: string): CredentialVerdict | undefined {
    const verified = this.#verified.get(hash);
    if (verified === undefined || readClock() >= verified.untilMs) return undefined;
    return { kind: "accepted", identity: verified.identity };
  }

  /** Whether this isolate has ever verified a token, by the token's hash. */
  hasKnown(hash: string): boolean {
    return this.#verified.get(hash) !== undefined;
  }

  async verify(text: string, hash: string, waitUntil: WaitUntil): Promise<CredentialVerdict> {
    const pinned = this.#find(readClaims(text.split(".")[1]));
    if (pinned === undefined) return refuse("credential-invalid", "token of no known issuer", true);
    const { issuer, keys } = pinned;
    const finder = await keys.find(waitUntil);
    if (finder === undefined)
      return refuse("credential-unverifiable", `no key to verify tokens of ${issuer.names[0].text}`);
    const attempt = { text, hash, pinned };
    let verdict = await this.#verifyWith(finder, attempt);
    if (verdict === "no-key") {
      const newer = await keys.findAnew(waitUntil);
      verdict = newer === undefined ? verdict : await this.#verifyWith(newer, attempt);
    }
    return verdict === "no-key"
      ? refuse("credential-invalid", "token signed with no known key", true)
      : verdict;
  }

  #find(claims: JWTPayload): Pinned | undefined {
    const named = typeof claims.iss === "string" ? this.#pinned.get(claims.iss) : undefined;
    if (named !== undefined && named.name.tenant === undefined) return named;
    return this.#ofTenants.find(({ name }) => isIssuedBy(name, claims));
  }

  async #verifyWith(
    finder: JWTVerifyGetKey,
    { text, hash, pinned: { name, issuer } }: Attempt,
  ): Promise<CredentialVerdict | "no-key"> {
    const nowMs = readClock();
    let claims: JWTPayload;
    try {
      const { payload } = await jwtVerify(text, finder, {
        ...(issuer.audiences.length === 0 ? {} : { audience: [...issuer.audiences] }),
        algorithms: [...issuer.algorithms],
        clockTolerance: issuer.skewMs / 1_000,
        currentDate: new Date(nowMs),
        requiredClaims: ["exp"],
      });
      claims = payload;
    } catch (error) {
      return toRefusal(error);
    }
    if (!isIssuedBy(name, claims)) return refuse("credential-invalid", "token of another issuer");
    const foreign = findForeignClaim(claims, issuer);
    if (foreign !== undefined) return refuse("credential-invalid", foreign);
    // Those of one issuer mean the same whom by the same claims; tenants know nothing of each other.
    const from = name.tenant === undefined ? issuer.names[0].text : String(claims.iss);
    const identity = toTokenIdentity({ issuer: from, claims }, issuer.claims);
    if (identity === undefined) return refuse("credential-invalid", "token without a consumer");
    const untilMs = Math.min((claims.exp ?? 0) * 1_000, nowMs + VERIFIED_MS_MAX);
    if (untilMs > nowMs) this.#verified.set(hash, { identity, untilMs });
    return { kind: "accepted", identity };
  }
}

/** What is wrong with the claims of a token that was signed as it should be is no guess. */
function toRefusal(error: unknown): CredentialVerdict | "no-key" {
  if (error instanceof errors.JWKSNoMatchingKey) return "no-key";
  if (error instanceof errors.JWTExpired) return refuse("credential-expired", "expired token");
  const cause = error instanceof errors.JOSEError ? error.code : "malformed token";
  return refuse("credential-invalid", cause, !(error instanceof errors.JWTClaimValidationFailed));
}

const none = (): Promise<undefined> => Promise.resolve(undefined);

function toKeys({ source, algorithms }: Issuer, { secrets, dataCentre }: Having): Keys {
  if (source.kind === "jwks") {
    const client = new JwksClient(source.url, dataCentre);
    return {
      find: (waitUntil) => client.read(waitUntil),
      findAnew: (waitUntil) => client.readAnew(waitUntil),
    };
  }
  const value = secrets[source.variable];
  const text = typeof value === "string" ? value : "";
  if (source.kind === "public-key") return { find: () => readPublicKey(text, algorithms), findAnew: none };
  const secret = new TextEncoder().encode(text);
  const finder: JWTVerifyGetKey = () => secret;
  const isUsable = isLongEnough(secret.byteLength, algorithms);
  return { find: () => Promise.resolve(isUsable ? finder : undefined), findAnew: none };
}

/** Imported anew for a token that this isolate has not verified: a key is bound to one algorithm. */
async function readPublicKey(
  pem: string,
  algorithms: readonly string[],
): Promise<JWTVerifyGetKey | undefined> {
  try {
    const keys = new Map(
      await Promise.all(algorithms.map(async (name) => [name, await importPublicKey(pem, name)] as const)),
    );
    return ({ alg }) => keys.get(alg) ?? Promise.reject(new errors.JOSEAlgNotAllowed());
  } catch {
    return undefined;
  }
}
