// What was refused, failed or came near its limit, as it happens; a word narrows it down.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { StatsTailAnswer } from "../../src/core/stats/stats-answer.ts";
import type { Ask } from "../api.ts";
import { toClock, toDuration } from "../format.ts";
import { Table } from "../table.tsx";
import { usePolled } from "../use-polled.ts";

type Line = StatsTailAnswer["items"][number];

const EVERY_MS = 1_000;
const KEPT_MAX = 500;
const SHOWN_MAX = 100;

export function Tail({ ask }: { readonly ask: Ask }): JSX.Element {
  const [wanted, want] = useState("");
  const known = useRef<{ readonly lines: readonly Line[]; readonly cursor: string }>({
    lines: [],
    cursor: "",
  });
  const { value: lines = [] } = usePolled({
    ask: async () => {
      const { cursor } = known.current;
      const after = cursor === "" ? "" : `?${new URLSearchParams({ after: cursor })}`;
      const answer = await ask<StatsTailAnswer>(`stats/tail${after}`);
      known.current = {
        lines: [...answer.items, ...known.current.lines].slice(0, KEPT_MAX),
        cursor: answer.cursor,
      };
      return known.current.lines;
    },
    everyMs: EVERY_MS,
    about: "",
  });
  const word = wanted.trim().toLowerCase();
  const found = lines.filter((line) => toText(line).includes(word));
  return (
    <div class="card">
      <div class="row">
        <label>
          Show those with{" "}
          <input
            type="search"
            placeholder="429, acme, /search, DE …"
            value={wanted}
            onInput={(event) => want(event.currentTarget.value)}
          />
        </label>
        <span class="note" role="status">
          {word === "" ? `the newest ${lines.length}` : `${found.length} of the newest ${lines.length}`}
        </span>
      </div>
      <Table
        caption="Requests that were refused or failed, and keys that crossed a share of their limit"
        empty={
          lines.length === 0
            ? "Nothing was refused since the page was opened."
            : "None of them has this word."
        }
        head={["at", "what", "code", "route", "policy", "key or consumer", "from", "after"]}
        words={[1, 2, 3, 4, 5, 6]}
        rows={found
          .slice(0, SHOWN_MAX)
          .map((line) => [
            toClock(line.atMs),
            <What key="what" line={line} />,
            line.code,
            `${line.method} ${line.route}`,
            line.policy.join(", "),
            <code key="who">{line.consumer === "" ? line.key.join(" ") : line.consumer}</code>,
            [line.country, line.asn === "" ? "" : `AS ${line.asn}`].join(" "),
            line.kind === "crossed" ? "" : toDuration(line.ms),
          ])}
      />
    </div>
  );
}

function What({ line: { kind, status, share } }: { readonly line: Line }): JSX.Element {
  if (kind === "crossed") return <span class="badge warn">{share} % of the limit</span>;
  return <span class={`badge ${kind === "failed" ? "bad" : "warn"}`}>{`${status} ${kind}`}</span>;
}

const toText = (line: Line): string => Object.values(line).flat().join(" ").toLowerCase();
