// What the gateway says of a key: what its counters hold now, and what would become of a request with it.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Explanation } from "../src/core/control/explanation.ts";
import type { ApiError, Ask } from "./api.ts";
import { toExact } from "./format.ts";
import { readText } from "./read-text.ts";
import { findValue, type Subject, toValues } from "./subject.ts";
import { Table } from "./table.tsx";

interface ExplainProps {
  readonly ask: Ask;
  readonly subject: Subject;
}

export function Explain(props: ExplainProps): JSX.Element {
  return (
    <>
      <Counters {...props} />
      <Request {...props} />
    </>
  );
}

/** As GET /counters answers. */
interface Counter {
  readonly object: string;
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  readonly outcome: string;
  readonly retryAfterMs: number | null;
  readonly isBanned: boolean;
  readonly override?: string;
}

function Counters({ ask, subject }: ExplainProps): JSX.Element {
  const [told, tell] = useState<readonly string[]>(["Asking its counters …"]);
  useEffect(() => {
    const query = new URLSearchParams({ policy: subject.policy });
    for (const value of toValues(subject)) query.append("key", value);
    ask<{ readonly items: readonly Counter[] }>(`counters?${query}`).then(
      ({ items }) => tell(toSentences(items)),
      (error: ApiError) => tell([error.message]),
    );
  }, []);
  return (
    <div role="status">
      {told.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

function toSentences(items: readonly Counter[]): readonly string[] {
  const used = items.filter((counter) => counter.used > 0 || counter.isBanned);
  return used.length === 0 ? ["It has used nothing."] : used.map(toSentence);
}

function toSentence(counter: Counter): string {
  const { object, limit, used, remaining, outcome, retryAfterMs, isBanned, override } = counter;
  const next = isBanned ? "refused, for it is banned" : outcome;
  const wait = retryAfterMs === null || retryAfterMs === 0 ? "" : ` for ${Math.ceil(retryAfterMs / 1_000)} s`;
  const source = override === undefined ? "" : ` (override ${override})`;
  const [place] = object.split(":");
  return `In ${place}: ${toExact(used)} of ${toExact(limit)}${source} used, ${toExact(remaining)} left. The next request would be ${next}${wait}.`;
}

/** Describes a request, and shows what would become of it: nothing is sent to an origin, and nothing is taken. */
function Request({ ask, subject }: ExplainProps): JSX.Element {
  const [told, tell] = useState<ComponentChildren>();
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const body = {
      method: readText(event, "method"),
      url: new URL(readText(event, "path"), location.origin).href,
      address: findValue(subject, "ip")?.replace(/\/\d+$/, ""),
      consumer: findValue(subject, "consumer"),
    };
    try {
      tell(<Explained explanation={await ask<Explanation>("explain", { method: "POST", body })} />);
    } catch (error) {
      tell(<p class="problem">{(error as ApiError).message}</p>);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <div class="row">
        <label>
          Method
          <select name="method">
            {["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => (
              <option key={method}>{method}</option>
            ))}
          </select>
        </label>
        <label>
          Path
          <input name="path" required defaultValue={findValue(subject, "path") ?? "/"} />
        </label>
      </div>
      <div role="status">{told}</div>
      <button type="submit" class="main">
        Explain such a request
      </button>
    </form>
  );
}

function Explained({ explanation }: { readonly explanation: Explanation }): JSX.Element {
  const { problem, route, ban, cost, isUnlimited, policies } = explanation;
  return (
    <>
      <p>
        {problem === undefined ? "" : `It ends with ${problem}. `}
        {ban === undefined ? "" : `Ban ${ban.id} refuses it: ${ban.reason}. `}
        {route === undefined
          ? "No route takes it. "
          : `Route ${route.name} takes it, for ${cost ?? 0} units. `}
        {isUnlimited ? "An access list has its client as unlimited." : ""}
      </p>
      <Table
        caption="Policies that would count it"
        empty="No policy counts it."
        head={["policy", "limit", "from"]}
        words={[2]}
        rows={policies.map(({ policy, limit, decidedBy, override }) => [
          policy,
          typeof limit === "number" ? toExact(limit) : limit,
          override === undefined ? decidedBy : `override ${override.id}: ${override.reason}`,
        ])}
      />
    </>
  );
}
