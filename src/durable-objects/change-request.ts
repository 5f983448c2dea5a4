// Requests for a higher limit: consumers make them and take them back, operators grant and refuse. A grant is an override that
// ends, made in the same transaction.

import type { RequestChange, RequestFailure } from "../core/control/control-messages.ts";
import type { EntryBody, LimitRequest } from "../core/control/entries.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type ChangeBy, hasChangedEnough, type KeyRows } from "./change-keys.ts";
import { toId, toSeq } from "./entry-rows.ts";
import { toAudited } from "./to-audited.ts";

/** Of one consumer. */
const OPEN_MAX = 3;
/** An open one is forgotten after this, and one that was answered this long after its answer. */
const KEPT_MS = 30 * 86_400_000;

type Outcome = Result<LimitRequest, RequestFailure>;

export function changeRequest(rows: KeyRows, change: RequestChange, made: ChangeBy): Outcome {
  if (change.kind === "make") return make(rows, change.body, made);
  const seq = toSeq("requests", change.id);
  const before =
    seq === undefined ? undefined : (rows.entries.read("requests", seq) as LimitRequest | undefined);
  if (seq === undefined || before === undefined) return err("not-found");
  if (change.kind === "withdraw") return withdraw(rows, { seq, before, consumer: change.consumer }, made);
  if (change.seen !== undefined && change.seen !== before.revision) return err("stale");
  if (before.state !== "open") return err("answered");
  return answer(rows, { seq, before, change }, made);
}

function make(rows: KeyRows, body: EntryBody<"requests">, made: ChangeBy): Outcome {
  const { entries, audit } = rows;
  const { by, nowMs } = made;
  const open = entries.listRequestsOf(body.consumer).filter(({ state }) => state === "open");
  if (open.length >= OPEN_MAX || open.some(({ policy }) => policy === body.policy)) return err("enough");
  if (hasChangedEnough(rows, made)) return err("too-often");
  if (entries.isFull("requests")) return err("full");
  const seq = entries.insert("requests", { ...body, expiresAtMs: nowMs + KEPT_MS }, nowMs);
  const request = entries.read("requests", seq) as LimitRequest | undefined;
  if (request === undefined) return err("not-found");
  audit.insert(toAudited("requests.create", request.id, { after: request }), by, nowMs);
  return ok(request);
}

interface Withdrawing {
  readonly seq: number;
  readonly before: LimitRequest;
  readonly consumer: string;
}

/** Another consumer's is none, and what was answered stays to be read. */
function withdraw(
  { entries, audit }: KeyRows,
  { seq, before, consumer }: Withdrawing,
  { by, nowMs }: ChangeBy,
): Outcome {
  if (before.consumer !== consumer) return err("not-found");
  if (before.state !== "open") return err("answered");
  entries.delete("requests", seq);
  audit.insert(toAudited("requests.delete", before.id, { before }), by, nowMs);
  return ok(before);
}

interface Answering {
  readonly seq: number;
  readonly before: LimitRequest;
  readonly change: Extract<RequestChange, { readonly kind: "grant" | "refuse" }>;
}

function answer(
  { entries, audit }: KeyRows,
  { seq, before, change }: Answering,
  { by, nowMs }: ChangeBy,
): Outcome {
  const { id: _id, revision: _revision, createdAtMs: _createdAtMs, ...body } = before;
  const answered = { ...body, answer: change.answer, expiresAtMs: nowMs + KEPT_MS };
  if (change.kind === "refuse") entries.update(seq, { ...answered, state: "refused" });
  else {
    if (entries.isFull("overrides")) return err("full");
    const made = entries.insert("overrides", change.override, nowMs);
    const override = toId("overrides", made);
    const after = entries.read("overrides", made);
    audit.insert(toAudited("overrides.create", override, { after }), by, nowMs);
    const { limit = before.limit, expiresAtMs } = change.override;
    entries.update(seq, {
      ...answered,
      state: "granted",
      limit: typeof limit === "number" ? limit : before.limit,
      override,
      untilMs: expiresAtMs,
      // What holds for longer is shown for as long.
      expiresAtMs: Math.max(answered.expiresAtMs, expiresAtMs ?? 0),
    });
  }
  const after = entries.read("requests", seq) as LimitRequest | undefined;
  audit.insert(toAudited(`requests.${change.kind}`, before.id, { before, after }), by, nowMs);
  return ok(after ?? before);
}
