// Says who a credential belongs to: API keys by what operators made, tokens by their issuers.

import type { Config } from "../../core/config/config.ts";
import type { Credential } from "../../core/consumers/credential.ts";
import { type CredentialVerdict, judgeKey, refuse } from "../../core/consumers/verdict.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import { DataCentre } from "../request/data-centre.ts";
import type { KeyClient } from "./key-client.ts";
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
  /** The same of another isolate of its data centre. */
  readonly guessByOthers: (shown: Shown) => Promise<CredentialVerdict | undefined>;
  /** Asks in the background what is new of the credentials that it knows. */
  readonly refresh: (waitUntil: Shown["waitUntil"]) => void;
  /** Whether this isolate knows somebody's credential, however long ago it learnt of it: no guess. */
  readonly hasKnown: (shown: Shown) => boolean;
  readonly find: (shown: Shown) => Promise<CredentialVerdict>;
}

/** What is known of keys is of no configuration; of tokens it is of one configuration's issuers. */
export function createAuthority({ auth, origin }: Config, bindings: Bindings, keys: KeyClient): Authority {
  const tokens = new TokenClient(auth.issuers, {
    secrets: { ...bindings },
    dataCentre: new DataCentre(origin),
  });
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
    guessByOthers: async ({ credential, hash }) => {
      const record = credential.kind === "api-key" ? await keys.guessByOthers(hash) : undefined;
      return record === undefined ? undefined : judgeKey(record, readClock());
    },
    refresh: (waitUntil) => {
      keys.refresh(waitUntil);
    },
    hasKnown: ({ hash }) => keys.hasKnown(hash) || tokens.hasKnown(hash),
    find: async ({ credential, hash, waitUntil }) => {
      if (credential.kind === "token") return await tokens.verify(credential.text, hash, waitUntil);
      const known = await keys.find(hash, auth.apiKeys.onError, waitUntil);
      if (known === undefined)
        return refuse("credential-unverifiable", "neither the near object nor the control object answers");
      return judgeKey(known.record, readClock());
    },
  };
}
