// Requests for a higher limit: those that were made, and a form for another one.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ShownLimit, ShownRequest } from "../../src/core/portal/portal-answer.ts";
import type { ApiError, Ask } from "../api.ts";
import { NONE, toExact, toMoment } from "../format.ts";
import { readText } from "../read-text.ts";
import { Table } from "../table.tsx";
import { toReason } from "./reasons.ts";
import { useLoaded } from "./use-loaded.ts";

interface RequestsProps {
  readonly ask: Ask;
  readonly limits: readonly ShownLimit[];
}

/** Parts of a key that are a consumer's own. */
const OWN = /^(?:consumer$|api-key$|jwt:)/;
const TONES: Readonly<Record<ShownRequest["state"], string>> = {
  open: "warn",
  granted: "good",
  refused: "bad",
  withdrawn: "",
};

export function Requests({ ask, limits }: RequestsProps): JSX.Element {
  const { value, problem, load } = useLoaded(() =>
    ask<{ readonly items: readonly ShownRequest[] }>("requests"),
  );
  const [told, tell] = useState<{ readonly text: string; readonly isDone: boolean } | undefined>();
  const own = limits.filter(
    ({ limit, key }) => typeof limit === "number" && key.some((part) => OWN.test(part)),
  );
  const policies = [...new Set(own.map(({ policy }) => policy))];
  const run = async (done: string, call: () => Promise<unknown>): Promise<void> => {
    try {
      await call();
      tell({ text: done, isDone: true });
    } catch (error) {
      tell({ text: toReason(error as ApiError), isDone: false });
    }
    await load();
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const body = {
      policy: readText(event, "policy"),
      limit: Number(readText(event, "limit")),
      reason: readText(event, "reason").trim(),
    };
    void run("Asked: the answer will stand here.", async () => ask("requests", { method: "POST", body }));
  };
  const withdraw = (id: string): void =>
    void run("Taken back.", async () => ask(`requests/${id}`, { method: "DELETE" }));
  return (
    <>
      {problem === undefined ? undefined : <p class="problem">{problem.message}</p>}
      <Table
        caption="Your requests for a higher limit"
        empty="You have asked for none."
        head={["limit of", "asked for", "state", "answer", "until", "what to do"]}
        words={[2, 3]}
        rows={(value?.items ?? []).map(({ id, policy, limit, state, answer = "", untilMs }) => [
          policy,
          toExact(limit),
          <span class={`badge ${TONES[state]}`}>{state}</span>,
          answer,
          untilMs === undefined ? NONE : toMoment(untilMs),
          state === "open" ? (
            <button type="button" aria-label={`Take back ${id}`} onClick={() => withdraw(id)}>
              Take back
            </button>
          ) : (
            ""
          ),
        ])}
      />
      <p role="status" class={told?.isDone === false ? "problem" : "done"}>
        {told?.text}
      </p>
      {policies.length === 0 ? undefined : <RequestForm policies={policies} onSubmit={submit} />}
    </>
  );
}

function RequestForm({
  policies,
  onSubmit,
}: {
  readonly policies: readonly string[];
  readonly onSubmit: (event: SubmitEvent) => void;
}): JSX.Element {
  return (
    <form class="row" onSubmit={onSubmit}>
      <label for="policy">Limit of</label>
      <select id="policy" name="policy">
        {policies.map((policy) => (
          <option key={policy}>{policy}</option>
        ))}
      </select>
      <label for="limit">Asked for</label>
      <input id="limit" name="limit" type="number" min="1" step="1" required />
      <label for="reason">Because</label>
      <input id="reason" name="reason" maxLength={500} required autocomplete="off" />
      <button type="submit" class="main">
        Ask
      </button>
    </form>
  );
}
