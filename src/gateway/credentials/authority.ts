// Says who a credential belongs to: API keys by what operators made, tokens by their issuers.

import type { Config } from "../../core/config/config.ts";
import type { Credential } from "../../core/consumers/credential.ts";
import { type CredentialVerdict, judgeKey, refuse } from "../../core/consumers/verdict.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import type { NearObject } from "../request/near-object.ts";
import { KeyClient } from "./key-client.ts";
import { TokenClient } from "./token-client.ts";

export type ShownCredential = Extract<Credential, { readonly text: string }>;

export interface Shown {
  readonly credential: ShownCredential;
  /** SHA-256 of its text. */
  readonly hash: string;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

export interface Authority {
  /** What this isolate knows without asking or verifying; undefined when it must. */
  readonly recall: (shown: Shown) => CredentialVerdict | undefined;
  /** What it knew of it last, however long ago that is, up to an hour: nothing may be answered by it. */
  readonly guess: (shown: Shown) => CredentialVerdict | undefined;
  /** Whether this isolate knows somebody's credential, however long ago it learnt of it: no guess. */
  readonly hasKnown: (shown: Shown) => boolean;
  readonly find: (shown: Shown) => Promise<CredentialVerdict>;
}

export function createAuthority({ auth }: Config, bindings: Bindings, near: NearObject): Authority {
  const keys = new KeyClient(bindings.CONTROL, near, auth.apiKeys.onError);
  const tokens = new TokenClient(auth.issuers, { ...bindings });
  return {
    recall: ({ credential, hash, waitUntil }) => {
      if (credential.kind === "malformed")
        return refuse("credential-invalid", "neither a key nor a token", true);
      if (credential.kind === "token") return tokens.recall(hash);
      const known = keys.recall(hash, waitUntil);
      return known === undefined ? undefined : judgeKey(known.record, readClock());
    },
    guess: ({ credential, hash }) => {
      const known = credential.kind === "api-key" ? keys.guess(hash) : undefined;
      return known === undefined ? undefined : judgeKey(known.record, readClock());
    },
    hasKnown: ({ hash }) => keys.hasKnown(hash) || tokens.hasKnown(hash),
    find: async ({ credential, hash, waitUntil }) => {
      if (credential.kind === "token") return await tokens.verify(credential.text, hash, waitUntil);
      const known = await keys.find(hash, waitUntil);
      if (known === undefined)
        return refuse("credential-unverifiable", "neither the near object nor the control object answers");
      return judgeKey(known.record, readClock());
    },
  };
}
