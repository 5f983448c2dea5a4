// How much of a policy its keys have used, the keys that used most, and what an operator may do about each.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Action, type ActionName, findBannable } from "../actions.tsx";
import type { ApiError, Ask } from "../api.ts";
import { Bar } from "../bar.tsx";
import { toClock, toCount, toDuration, toExact, toPercent } from "../format.ts";
import type { Subject } from "../subject.ts";
import { Table } from "../table.tsx";
import { type KeyView, readFullest, readParts, readUsage, toText, type Usage } from "../usage.ts";
import { usePolled } from "../use-polled.ts";
import { type PolicyView, toNote } from "./policies.tsx";

interface KeysProps {
  readonly ask: Ask;
  readonly policies: readonly PolicyView[];
  readonly canChange: boolean;
  readonly onAction: (action: Action) => void;
}

const NEAR = 0.8;
/** How often those are asked that have the fullest keys. */
const EVERY_MS = 10_000;

type Look = { readonly usage?: Usage; readonly problem?: string; readonly isAsking: boolean };

export function Keys({ ask, policies, canChange, onAction }: KeysProps): JSX.Element {
  const [chosen, choose] = useState<string | undefined>();
  const [{ usage, problem, isAsking }, setLook] = useState<Look>({ isAsking: false });
  const policy = policies.find(({ name }) => name === chosen) ?? policies[0];
  const name = policy?.name ?? "";
  const live = usePolled({ ask: () => readFullest(ask, name), everyMs: EVERY_MS, about: name });
  const look = async (): Promise<void> => {
    setLook({ isAsking: true });
    setLook(await askAll(ask, name));
  };
  const isWhole = usage?.policy === name;
  const shown = isWhole ? usage : live.value;
  const told = problem ?? live.problem?.message;
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
          Ask all
        </button>
        {isWhole ? (
          <button type="button" onClick={() => setLook({ isAsking: false })}>
            Back to live
          </button>
        ) : undefined}
        <span class="note">{toNote(policy)}</span>
      </div>
      <Status problem={told} isAsking={isAsking || shown === undefined} />
      {shown === undefined ? undefined : (
        <Held key={String(isWhole)} usage={shown}>
          {(held) => (
            <>
              <Headroom usage={held} isWhole={isWhole} />
              <KeyTable keys={held.items} policy={name} canChange={canChange} onAction={onAction} />
            </>
          )}
        </Held>
      )}
    </div>
  );
}

async function askAll(ask: Ask, policy: string): Promise<Look> {
  try {
    return { usage: await readUsage(ask, policy), isAsking: false };
  } catch (error) {
    return { problem: (error as ApiError).message, isAsking: false };
  }
}

interface StatusProps {
  readonly problem: string | undefined;
  readonly isAsking: boolean;
}

const Status = ({ problem, isAsking }: StatusProps): JSX.Element => (
  <div role="status">
    {problem === undefined ? undefined : <p class="problem">{problem}</p>}
    {isAsking && problem === undefined ? <p class="empty">Asking the counter objects …</p> : undefined}
  </div>
);

interface HeldProps {
  readonly usage: Usage;
  readonly children: (usage: Usage) => JSX.Element;
}

/** Rows stay where they are while one of them is aimed at: who clicks means what was there. */
function Held({ usage, children }: HeldProps): JSX.Element {
  const [held, hold] = useState<Usage | undefined>();
  return (
    <div
      onPointerEnter={() => hold(usage)}
      onFocusIn={() => hold(usage)}
      onPointerLeave={() => hold(undefined)}
      onFocusOut={() => hold(undefined)}
    >
      {children(held?.policy === usage.policy ? held : usage)}
    </div>
  );
}

interface HeadroomProps {
  readonly usage: Usage;
  /** Whether all counter objects were asked, and not the fullest alone. */
  readonly isWhole: boolean;
}

/** How many keys have used which part of their limit. */
function Headroom({ usage, isWhole }: HeadroomProps): JSX.Element {
  const { atMs, keys, shares, asked, unanswered } = usage;
  const most = Math.max(1, ...shares);
  const said = shares.map((count, at) => `${toShare(at)}: ${count}`).join(", ");
  return (
    <>
      <p class="note">
        <b>{toExact(keys)}</b> {keys === 1 ? "key has" : "keys have"} used something of it, by the share of
        their limit, at {toClock(atMs)}
        {unanswered === 0 ? "" : `; ${unanswered} of ${asked} counter objects did not answer`}.{" "}
        {toAsked(usage, isWhole)}
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

/** What was asked, and what was not. */
function toAsked({ asked, sharded, hasMore }: Usage, isWhole: boolean): string {
  if (isWhole) return hasMore ? `Only the first ${asked} counter objects were asked.` : "All were asked.";
  const those = `the ${asked} counter objects with the fullest keys of the last 15 minutes`;
  return asked === 0
    ? "No instance has reported a key in the last 15 minutes: nobody was asked."
    : `Asked every 10 seconds: ${those}. Not asked: the others of ${toExact(sharded)}, and those that single consumers have.`;
}

const toShare = (at: number): string => (at === 10 ? "all" : `<${at + 1}0 %`);
const toTone = (share: number): string => (share >= 1 ? "denied" : share >= NEAR ? "near" : "allowed");

interface KeyTableProps extends Pick<KeysProps, "canChange" | "onAction"> {
  readonly keys: readonly KeyView[];
  readonly policy: string;
}

function KeyTable({ keys, policy, canChange, onAction }: KeyTableProps): JSX.Element {
  // At the pace since its window began, of quotas that will not last.
  const isShort = keys.some(({ goneInMs }) => goneInMs !== undefined);
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
        ...(isShort ? ["gone in"] : []),
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
        ...(isShort ? [key.goneInMs === undefined ? "" : toDuration(key.goneInMs)] : []),
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
