// Asks the origin what a stream used where its caller has not, and keeps the answer to that from the caller.

import { askForUsage, ASK_MEMBERS, isUsageEvent } from "../../core/usage/ask-usage.ts";
import { toText } from "../../platform/read-up-to.ts";
import { filterAnswer } from "./body-pipe.ts";
import { EventFilter, isPlainEvents } from "./event-filter.ts";
import type { RequestFacts } from "./request-facts.ts";

const [STREAM, OPTIONS, INCLUDED] = ASK_MEMBERS;

/** The facts with a body that asks; the same where it asks already, is no stream, or cannot be told. */
export function askUsage(facts: RequestFacts): RequestFacts {
  const { kept, member } = facts;
  if (!(kept instanceof Uint8Array)) return facts;
  const [stream, options, included] = [member(STREAM), member(OPTIONS), member(INCLUDED)];
  const isStream = stream.kind === "boolean" && stream.text === "true";
  const isOpen = options.kind === "missing" || options.kind === "object";
  const isAsked = included.kind === "boolean" && included.text === "true";
  if (!isStream || !isOpen || isAsked || included.kind === "unknown") return facts;
  const asking = askForUsage(toText(kept) ?? "", options.kind === "object");
  return asking === undefined ? facts : facts.ask(new TextEncoder().encode(asking));
}

/** Takes out of a stream what only the gateway has asked for. */
export function withoutUsage(response: Response): void {
  if (isPlainEvents(response)) filterAnswer(response, new EventFilter(isUsageEvent));
}
