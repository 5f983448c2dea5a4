// What an isolate has for the calls of one pool, or of one of its members where these are accounts of their own: who counts
// them, what the origin said of them, and where they wait.

import { Lateness } from "../../core/outbound/lateness.ts";
import type { PartAnswer } from "../../core/feedback/refused-parts.ts";
import type { OutboundSettings } from "../../core/outbound/outbound-settings.ts";
import { QuotaLeft } from "../../core/outbound/quota-left.ts";
import type { OriginPool } from "../../core/origins/origin-pool.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import { isPermit } from "../../core/policies/policy.ts";
import type { Route } from "../../core/routes/route.ts";
import type { Bindings } from "../../platform/bindings.ts";
import type { LimiterContext } from "../limits/limiter.ts";
import type { AskingFor } from "./asking-for.ts";
import type { OriginAnswer } from "./forward.ts";
import { FeedbackClient } from "./feedback-client.ts";
import type { OriginFeedback } from "./origin-feedback.ts";
import { PlainFeedback } from "./plain-feedback.ts";
import type { WaitingLines } from "./waiting-lines.ts";

export interface Outbound {
  readonly pool: string;
  /** What its lines begin with: the pool, and the member where each is an account of its own. */
  readonly name: string;
  readonly limited: OutboundSettings["limited"];
  readonly settings: OutboundSettings;
  readonly holdsPermits: boolean;
  /** Whether some calls go before others: then their counters know who waits. */
  readonly hasPriorities: boolean;
  readonly feedback: OriginFeedback;
  readonly lines: WaitingLines;
  readonly lateness: Lateness;
  readonly left: QuotaLeft;
}

export interface OutboundContext extends AskingFor {
  readonly route: Route;
  readonly context: LimiterContext;
  /** When the whole request must be over, by the isolate's clock. */
  readonly deadlineMs: number;
}

export interface Heard {
  readonly answer: OriginAnswer;
  /** For the origin's own limits: nothing was done. */
  readonly isRefused: boolean;
  /** Parts of it were, and the others were served; undefined: none was. */
  readonly parts?: PartAnswer | undefined;
  /** What can be repeated may be served if it is sent again. */
  readonly isTransient?: boolean | undefined;
  /** The origin takes the credential for none: nothing was done. */
  readonly isRejected?: boolean | undefined;
}

/** What counts the calls of a route's requests: a policy may have limits of its own for that route. */
export function toLimitedCall(
  { limited }: Pick<Outbound, "limited">,
  { path }: Pick<Route, "path">,
): LimitedRoute {
  return limited.hasVariants ? { ...limited, path } : limited;
}

/** One for all members, or one for each. */
export function createOutbounds(
  pool: OriginPool,
  namespace: Bindings["FEEDBACK"],
  { lines, hasPriorities }: Pick<Outbound, "lines" | "hasPriorities">,
): readonly Outbound[] {
  const { name, members, outbound: settings, feedback } = pool;
  if (settings === undefined) return [];
  const holdsPermits = settings.limited.policies.some(isPermit);
  const create = (limited: Outbound["limited"], heard: Pick<OriginPool, "name" | "members">): Outbound => ({
    pool: name,
    name: heard.name,
    limited,
    settings,
    holdsPermits,
    hasPriorities,
    feedback:
      feedback === undefined
        ? new PlainFeedback(heard.members.length)
        : new FeedbackClient(heard, feedback, namespace),
    lines,
    lateness: new Lateness(),
    left: new QuotaLeft(),
  });
  const { byMember } = settings;
  if (byMember === undefined) return [create(settings.limited, pool)];
  return members.map((member, at) => {
    const own = { name: `${name}\n${member.url}`, members: [member] };
    return create(byMember[at] ?? settings.limited, own);
  });
}
