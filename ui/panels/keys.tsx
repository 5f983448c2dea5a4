// How much of a policy its keys have used, the keys that used most, and what an operator may do about each.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Action, type ActionName, findBannable } from "../actions.tsx";
import type { ApiError, Ask } from "../api.ts";
import { Bar } from "../bar.tsx";
import { toClock, toCount, toDuration, toExact, toPercent } from "../format.ts";
import type { Subject } from "../subject.ts";
import { Table } from "../table.tsx";
import { type KeyView, PAGES_MAX, readParts, readUsage, toText, type Usage } from "../usage.ts";
import { type PolicyView, toNote } from "./policies.tsx";

interface KeysProps {
  readonly ask: Ask;
  readonly policies: readonly PolicyView[];
  readonly canChange: boolean;
  readonly onAction: (action: Action) => void;
}

const NEAR = 0.8;

type Look = { readonly usage?: Usage; readonly problem?: string; readonly isAsking: boolean };

export function Keys({ ask, policies, canChange, onAction }: KeysProps): JSX.Element {
  const [chosen, choose] = useState<string | undefined>();
  const [{ usage, problem, isAsking }, setLook] = useState<Look>({ isAsking: false });
  const policy = policies.find(({ name }) => name === chosen) ?? policies[0];
  const name = policy?.name ?? "";
  const look = async (): Promise<void> => {
    setLook({ isAsking: true });
    try {
      setLook({ usage: await readUsage(ask, name), isAsking: false });
    } catch (error) {
      setLook({ problem: (error as ApiError).message, isAsking: false });
    }
  };
  return (
    <div class="card">
      <div class="row">
        <label>
          Policy{" "}
          <select value={name} disabled={isAsking} onChange={(event) => choose(event.currentTarget.value)}>
            {policies.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="main" disabled={isAsking} onClick={() => void look()}>
          Look
        </button>
        <span class="note">{toNote(policy)}</span>
      </div>
      <div role="status">
        {problem === undefined ? undefined : <p class="problem">{problem}</p>}
        {isAsking ? <p class="empty">Asking the counter objects …</p> : undefined}
      </div>
      {usage?.policy === name ? (
        <>
          <Headroom {...usage} />
          <KeyTable keys={usage.items} policy={name} canChange={canChange} onAction={onAction} />
        </>
      ) : (
        <p class="empty">
          How much of its limit each key has used, and the keys that used most. A look asks every counter
          object of the policy, up to {PAGES_MAX * 64} of them: so it is made when you want it.
        </p>
      )}
    </div>
  );
}

/** How many keys have used which part of their limit. */
function Headroom({ atMs, keys, shares, asked, unanswered, hasMore }: Usage): JSX.Element {
  const most = Math.max(1, ...shares);
  const said = shares.map((count, at) => `${toShare(at)}: ${count}`).join(", ");
  return (
    <>
      <p class="note">
        <b>{toExact(keys)}</b> {keys === 1 ? "key has" : "keys have"} used something of it, by the share of
        their limit, at {toClock(atMs)}
        {unanswered === 0 ? "" : `; ${unanswered} of ${asked} counter objects did not answer`}
        {hasMore ? `; only the first ${asked} counter objects were asked` : ""}
      </p>
      <div class="headroom" role="img" aria-label={`Keys by the share of their limit that is used: ${said}`}>
        {shares.map((count, at) => (
          <div key={at} class={`tone-${toTone(at / (shares.length - 1))}`}>
            <b>{count === 0 ? "" : toCount(count)}</b>
            <i style={{ height: `${(count / most) * 100}%` }} />
            <span>{toShare(at)}</span>
          </div>
        ))}
      </div>
    </>
  );
}

const toShare = (at: number): string => (at === 10 ? "all" : `<${at + 1}0 %`);
const toTone = (share: number): string => (share >= 1 ? "denied" : share >= NEAR ? "near" : "allowed");

interface KeyTableProps extends Pick<KeysProps, "canChange" | "onAction"> {
  readonly keys: readonly KeyView[];
  readonly policy: string;
}

function KeyTable({ keys, policy, canChange, onAction }: KeyTableProps): JSX.Element {
  return (
    <Table
      caption={`Keys that use most of ${policy}`}
      empty="No key has used anything of this policy."
      head={[
        "key",
        "used",
        "limit",
        "share",
        "",
        "remaining",
        "resets in",
        ...(canChange ? ["actions"] : []),
      ]}
      rows={keys.map((key) => [
        <code key="key">{toText(key)}</code>,
        toExact(key.used),
        toExact(key.limit),
        <b key="share" class={key.share >= 1 ? "bad" : ""}>
          {toPercent(key.share, 1)}
        </b>,
        <Bar key="bar" whole={1} parts={[{ tone: toTone(key.share), value: key.share }]} />,
        toExact(key.remaining),
        toDuration(key.resetMs),
        ...(canChange ? [<Buttons key="do" view={key} policy={policy} onAction={onAction} />] : []),
      ])}
    />
  );
}

interface ButtonsProps extends Pick<KeysProps, "onAction"> {
  readonly view: KeyView;
  readonly policy: string;
}

const BUTTONS: readonly (readonly [ActionName, string])[] = [
  ["override", "Override"],
  ["ban", "Ban"],
  ["reset", "Reset"],
  ["explain", "Explain"],
];

function Buttons({ view, policy, onAction }: ButtonsProps): JSX.Element {
  const parts = readParts(view);
  if (parts === undefined) return <span class="note">known by its hash alone</span>;
  const subject: Subject = { policy, parts, limit: view.limit };
  return (
    <span class="buttons">
      {BUTTONS.filter(([name]) => name !== "ban" || findBannable(subject) !== undefined).map(
        ([name, label]) => (
          <button key={name} type="button" onClick={() => onAction({ name, subject })}>
            {label}
            <span class="said"> {toText(view)}</span>
          </button>
        ),
      )}
    </span>
  );
}
