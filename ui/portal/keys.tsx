// A consumer's API keys: what may be shown of them, and buttons that make, rotate and revoke. A key's text is on the page once.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ShownConsumer, ShownKey, ShownKeys } from "../../src/core/portal/portal-answer.ts";
import type { ApiError, Ask } from "../api.ts";
import { NONE, toMoment } from "../format.ts";
import { readText } from "../read-text.ts";
import { Table } from "../table.tsx";
import { toReason } from "./reasons.ts";
import { useLoaded } from "./use-loaded.ts";

interface KeysProps {
  readonly ask: Ask;
  readonly consumer: ShownConsumer;
}

/** What became of a change. */
interface Told {
  readonly text: string;
  readonly isDone: boolean;
  /** A new key's text. */
  readonly key?: string;
}

export function Keys({ ask, consumer: { apiKey } }: KeysProps): JSX.Element {
  const { value, problem, load } = useLoaded(() => ask<ShownKeys>("keys"));
  const [told, tell] = useState<Told | undefined>();
  const canChange = apiKey !== undefined && value !== undefined && value.keysMax > 0;
  const change = async (run: () => Promise<Told>): Promise<void> => {
    try {
      tell(await run());
    } catch (error) {
      tell({ text: toReason(error as ApiError), isDone: false });
    }
    await load();
  };
  const rotate = ({ id }: ShownKey): Promise<void> =>
    change(async () => {
      const { key } = await ask<{ readonly key: string }>(`keys/${id}/rotate`, { method: "POST", body: {} });
      return { text: `${id} has a new text. The old one works for 24 hours.`, isDone: true, key };
    });
  const revoke = ({ id }: ShownKey): Promise<void> =>
    change(async () => {
      await ask(`keys/${id}`, { method: "DELETE" });
      return { text: `${id} is revoked, everywhere within 5 seconds.`, isDone: true };
    });
  const create = (event: SubmitEvent): void => {
    event.preventDefault();
    const label = readText(event, "label").trim();
    void change(async () => {
      const body = label === "" ? {} : { label };
      const { id, key } = await ask<{ readonly id: string; readonly key: string }>("keys", {
        method: "POST",
        body,
      });
      return { text: `${id} is made.`, isDone: true, key };
    });
  };
  return (
    <>
      {problem === undefined ? undefined : <p class="problem">{problem.message}</p>}
      {value === undefined ? undefined : (
        <KeyTable keys={value.items} actions={canChange ? { rotate, revoke } : undefined} />
      )}
      <div role="status">{told === undefined ? undefined : <Outcome told={told} />}</div>
      {canChange ? (
        <form class="row" onSubmit={create}>
          <label for="label">Another key, called</label>
          <input id="label" name="label" maxLength={64} autocomplete="off" placeholder="CI" />
          <button type="submit" class="main" disabled={value.items.length >= value.keysMax}>
            Make a key
          </button>
          <span class="note">
            {value.items.length} of {value.keysMax}
          </span>
        </form>
      ) : (
        <p class="note">{apiKey === undefined ? "Sign in with an API key to change keys." : undefined}</p>
      )}
    </>
  );
}

interface KeyActions {
  readonly rotate: (key: ShownKey) => Promise<void>;
  readonly revoke: (key: ShownKey) => Promise<void>;
}

function KeyTable({
  keys,
  actions,
}: {
  readonly keys: readonly ShownKey[];
  readonly actions: KeyActions | undefined;
}): JSX.Element {
  return (
    <Table
      caption="Your API keys"
      head={["key", "begins with", "scopes", "made", "ends", "what to do"]}
      words={[1, 2]}
      rows={keys.map((key) => [
        toName(key),
        <code>{key.prefixes[0]?.prefix}</code>,
        key.scopes.join(" "),
        toMoment(key.createdAtMs),
        key.enabled ? toEnd(key) : "disabled",
        actions === undefined ? "" : <Buttons shown={key} actions={actions} />,
      ])}
    />
  );
}

/** The second click does it: what is revoked does not come back. */
function Buttons({
  shown,
  actions: { rotate, revoke },
}: {
  readonly shown: ShownKey;
  readonly actions: KeyActions;
}): JSX.Element {
  const [isAsked, ask] = useState(false);
  const { id } = shown;
  return (
    <span class="buttons">
      <button type="button" aria-label={`Rotate ${id}`} onClick={() => void rotate(shown)}>
        Rotate
      </button>
      <button
        type="button"
        aria-label={isAsked ? `Really revoke ${id}` : `Revoke ${id}`}
        onBlur={() => ask(false)}
        onClick={() => {
          if (isAsked) void revoke(shown);
          ask(!isAsked);
        }}
      >
        {isAsked ? "Really revoke" : "Revoke"}
      </button>
    </span>
  );
}

const toName = ({ id, label, isShown }: ShownKey): string =>
  `${id}${label === undefined ? "" : ` · ${label}`}${isShown ? " (this one)" : ""}`;

const toEnd = ({ expiresAtMs }: ShownKey): string =>
  expiresAtMs === undefined ? NONE : toMoment(expiresAtMs);

function Outcome({ told: { text, isDone, key } }: { readonly told: Told }): JSX.Element {
  return (
    <>
      <p class={isDone ? "done" : "problem"}>{text}</p>
      {key === undefined ? undefined : (
        <p>
          Copy it now, it is not shown again: <code>{key}</code>
        </p>
      )}
    </>
  );
}
