// What an operator does about one key: a larger limit for an hour, a ban, a fresh start, an explanation. Each asks first,
// says what it will do, and then what became of it.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ReadPart } from "../src/core/keys/read-counter-key.ts";
import { ActionForm } from "./action-form.tsx";
import type { Ask } from "./api.ts";
import { Explain } from "./explain.tsx";
import { toExact } from "./format.ts";
import { type Subject, toKeyText, toValues } from "./subject.ts";

export type ActionName = "override" | "ban" | "reset" | "explain";

export interface Action {
  readonly name: ActionName;
  readonly subject: Subject;
}

interface ActionDialogProps {
  readonly ask: Ask;
  readonly action: Action;
  readonly onDone: () => void;
}

const HOUR_MS = 3_600_000;
const REASON = "from the dashboard";

/** Parts that are one client's. */
const BANNABLE = /^(?:ip|consumer|api-key|jwt:)/;
export const findBannable = ({ parts }: Subject): ReadPart | undefined =>
  parts.find(({ label, value }) => value !== undefined && BANNABLE.test(label));

export function ActionDialog({ ask, action: { name, subject }, onDone }: ActionDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const Form = FORMS[name];
  return (
    <dialog ref={dialog} onClose={onDone} aria-labelledby="action">
      <h2 id="action">{TITLES[name]}</h2>
      <p>
        <code>{toKeyText(subject.parts)}</code> under <b>{subject.policy}</b>
      </p>
      <Form ask={ask} subject={subject} />
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}

const TITLES: Readonly<Record<ActionName, string>> = {
  override: "Another limit for an hour",
  ban: "Ban",
  reset: "Reset",
  explain: "Explain",
};

const FORMS: Readonly<
  Record<ActionName, (props: { readonly ask: Ask; readonly subject: Subject }) => JSX.Element>
> = {
  override: ({ ask, subject }) => (
    <ActionForm
      verb="Change the limit"
      run={async (form) => {
        const limit = Number(form.get("limit"));
        const body = {
          policy: subject.policy,
          key: toValues(subject),
          limit,
          expiresAtMs: Date.now() + HOUR_MS,
          reason: REASON,
        };
        await ask("overrides", { method: "POST", body });
        return `The limit is ${toExact(limit)} for an hour, everywhere within 5 seconds.`;
      }}
    >
      <label>
        Limit
        <input
          name="limit"
          type="number"
          min="1"
          step="1"
          required
          defaultValue={String(subject.limit * 2)}
        />
      </label>
    </ActionForm>
  ),
  ban: ({ ask, subject }) => {
    const part = findBannable(subject);
    return (
      <ActionForm
        verb="Ban for an hour"
        run={async () => {
          const body = {
            key: part?.label,
            value: part?.value,
            expiresAtMs: Date.now() + HOUR_MS,
            reason: REASON,
          };
          await ask("bans", { method: "POST", body });
          return "Refused for an hour, everywhere within 5 seconds.";
        }}
      >
        <p>
          Every request with <code>{`${part?.label} ${part?.value}`}</code> is refused with 403 for an hour,
          whatever its policy.
        </p>
      </ActionForm>
    );
  },
  reset: ({ ask, subject }) => (
    <ActionForm
      verb="Reset"
      run={async () => {
        const body = { policy: subject.policy, key: toValues(subject) };
        await ask("counters/reset", { method: "POST", body });
        return "Forgotten: the key begins afresh.";
      }}
    >
      <p>What this key has used is forgotten, and so are its bans after too many denials.</p>
    </ActionForm>
  ),
  explain: Explain,
};
