// What consumers do with their own keys: they make no key that gives more, or for longer, than the one that they show, and
// leave themselves with one that works.

import type { OwnKeyAsked, OwnKeyChange, OwnKeyFailure } from "../core/control/control-messages.ts";
import { isActive, type KeyEntry } from "../core/control/entries.ts";
import { canChangeKey } from "../core/control/can-change-key.ts";
import type { KeyRecord } from "../core/keys/key-record.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type ChangeBy, create, hasChangedEnough, type KeyRows, rotate } from "./change-entries.ts";
import { toSeq } from "./entry-rows.ts";
import { toAudited } from "./to-audited.ts";

/** As many as a consumer may be let have, and those that an operator has made beside them. */
export const OWN_KEYS_SHOWN = 200;
type Outcome = Result<KeyEntry, OwnKeyFailure>;

/** What one consumer may do now. */
interface Owner extends ChangeBy {
  readonly shown: KeyRecord;
  readonly keys: readonly KeyEntry[];
  readonly keysMax: number;
}

export function changeOwnKey(
  rows: KeyRows,
  { consumer, shown: hash, keysMax, asked }: OwnKeyChange,
  made: ChangeBy,
): Outcome {
  const { nowMs } = made;
  const shown = rows.entries.findKey(hash, nowMs);
  if (shown === undefined || !shown.enabled || shown.consumer !== consumer || !isActive(shown, nowMs))
    return err("ended");
  if (hasChangedEnough(rows, made)) return err("too-often");
  const keys = rows.entries.listKeysOf(consumer, OWN_KEYS_SHOWN);
  const owner = { ...made, shown, keys, keysMax };
  return asked.kind === "create" ? make(rows, asked, owner) : change(rows, asked, owner);
}

function make(
  rows: KeyRows,
  { secret, label, scopes, expiresAtMs }: Extract<OwnKeyAsked, { kind: "create" }>,
  { shown, keys, keysMax, by, nowMs }: Owner,
): Outcome {
  const wanted = scopes ?? shown.scopes;
  if (!wanted.every((scope) => shown.scopes.includes(scope))) return err("not-covered");
  if (keys.length >= keysMax) return err("full");
  const endsMs = Math.min(expiresAtMs ?? Infinity, shown.expiresAtMs ?? Infinity);
  const body = {
    consumer: shown.consumer,
    scopes: [...wanted],
    enabled: true,
    metadata: label === undefined ? {} : { label },
    ...(shown.tier === undefined ? {} : { tier: shown.tier }),
    ...(endsMs === Infinity ? {} : { expiresAtMs: endsMs }),
  };
  const made = create(rows, { kind: "keys", body, secret }, { by, nowMs });
  return made.ok ? ok(made.value.entry as KeyEntry) : err("full");
}

function change(
  rows: KeyRows,
  asked: Exclude<OwnKeyAsked, { kind: "create" }>,
  { shown, keys, by, nowMs }: Owner,
): Outcome {
  const { entries, audit } = rows;
  const seq = toSeq("keys", asked.id);
  const before = keys.find(({ id }) => id === asked.id);
  if (seq === undefined || before === undefined) return err("not-found");
  if (!canChangeKey(shown, before)) return err("not-covered");
  if (asked.kind === "rotate") {
    const { secret, overlapMs } = asked;
    return ok(rotate(rows, { seq, before, secret, untilMs: nowMs + overlapMs }, { by, nowMs }));
  }
  const others = keys.filter((key) => key !== before && key.enabled && isActive(key, nowMs));
  if (others.length === 0) return err("last");
  entries.delete("keys", seq);
  audit.insert(toAudited("keys.delete", before.id, { before }), by, nowMs);
  return ok(before);
}
