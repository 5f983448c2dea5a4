// The limits of a pool whose members are accounts of their own (`per: "member"`): for each member the pool's policies, with
// the member as one more part of their keys, so that what one has used counts against no other. Pure.

import type { KeyPart } from "../keys/parse-key.ts";
import type { Policy } from "../policies/policy.ts";
import type { OutboundSettings } from "./outbound-settings.ts";

type LimitedCalls = OutboundSettings["limited"];

export function limitByMember(limited: LimitedCalls, members: readonly string[]): readonly LimitedCalls[] {
  return members.map((member) => {
    const part: KeyPart = Object.freeze({ label: "member", argument: "", read: () => member });
    return { ...limited, policies: limited.policies.map((policy) => withKeyPart(policy, part)) };
  });
}

function withKeyPart(policy: Policy, part: KeyPart): Policy {
  const tiers = [...policy.tiers].map(([name, own]) => [name, withKeyPart(own, part)] as const);
  const variants = policy.variants.map((variant) =>
    Object.freeze({ ...variant, policy: withKeyPart(variant.policy, part) }),
  );
  const key = Object.freeze([...policy.key, part]);
  return Object.freeze({ ...policy, key, tiers: new Map(tiers), variants: Object.freeze(variants) });
}
