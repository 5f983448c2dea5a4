// The credentials that origins are shown, made of the deployment's secrets once for a configuration. Their texts go into the
// fields and the query of a request to an origin, and nowhere else.

import { SecretFinder } from "../../core/origins/secret-finder.ts";
import {
  listSecrets,
  PROOF_PARAMETER,
  toSecretText,
  type UpstreamCredential,
} from "../../core/origins/upstream-credential.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { signText } from "../../platform/hash-text.ts";

type Named = readonly (readonly [name: string, value: string])[];

export interface ShownCredential {
  readonly fields: Named;
  readonly parameters: Named;
  /** Finds its texts in answers. */
  readonly finder: SecretFinder;
}

type Secrets = Readonly<Record<string, unknown>>;
/** The name of a secret that is missing, or is no credential. */
type Missing = string;

export class UpstreamCredentials {
  readonly #secrets: Secrets;
  readonly #shown = new Map<UpstreamCredential, Result<ShownCredential, Missing>>();

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  find(credential: UpstreamCredential): Result<ShownCredential, Missing> {
    const known = this.#shown.get(credential);
    if (known !== undefined) return known;
    const shown = toShown(credential, this.#secrets);
    this.#shown.set(credential, shown);
    return shown;
  }
}

function toShown(credential: UpstreamCredential, secrets: Secrets): Result<ShownCredential, Missing> {
  const { secret, next, appSecret, header, query, scheme } = credential;
  const read = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : toSecretText(secrets[name]);
  const token = read(secret) ?? read(next);
  if (token === undefined) return err(secret);
  const key = read(appSecret);
  if (appSecret !== undefined && key === undefined) return err(appSecret);
  const proof: Named = key === undefined ? [] : [[PROOF_PARAMETER, signText(token, key)]];
  // All of them: an origin may repeat what was sent before the change, and nobody has use for the app's.
  const texts = listSecrets(credential).flatMap((name) => read(name) ?? []);
  const finder = new SecretFinder([...texts, ...proof.map(([, text]) => text)]);
  if (header === undefined) return ok({ fields: [], parameters: [[query ?? "", token], ...proof], finder });
  const value = scheme === undefined ? token : `${scheme} ${token}`;
  return ok({ fields: [[header, value]], parameters: proof, finder });
}
