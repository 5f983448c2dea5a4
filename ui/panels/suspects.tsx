// Whom the reputation takes for suspect or has banned. Asked when somebody wants to know: each look asks many objects.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { describePoints, readSuspects, type SuspectsPage } from "../../src/core/reputation/suspects.ts";
import type { ApiError, Ask } from "../api.ts";
import { toDuration, toExact, toMoment } from "../format.ts";
import { Table } from "../table.tsx";

const SHOWN_MAX = 50;

export function Suspects({ ask }: { readonly ask: Ask }): JSX.Element {
  const [found, setFound] = useState<SuspectsPage>();
  const [problem, setProblem] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const look = async (): Promise<void> => {
    setAsking(true);
    try {
      setFound(await readSuspects((query) => ask(`suspects?${query}`), SHOWN_MAX));
      setProblem(undefined);
    } catch (error) {
      setProblem((error as ApiError).message);
    }
    setAsking(false);
  };
  return (
    <div class="card">
      <p>
        <button type="button" disabled={isAsking} onClick={() => void look()}>
          {found === undefined ? "Look for suspects" : "Look again"}
        </button>
      </p>
      {problem === undefined ? undefined : <p class="problem">{problem}</p>}
      {found === undefined ? undefined : <Found found={found} />}
    </div>
  );
}

function Found({
  found: { mode, items, count, objects, next },
}: {
  readonly found: SuspectsPage;
}): JSX.Element {
  if (mode === "off")
    return (
      <p class="empty">
        The configuration has no <code>reputation</code>.
      </p>
    );
  const isPartial = objects.unanswered > 0 || next !== undefined;
  return (
    <>
      {mode === "shadow" ? <p>A dry run: nobody is treated otherwise for it.</p> : undefined}
      <Table
        caption="Suspect and banned clients"
        empty="Nobody is suspect."
        head={["address", "standing", "for", "score", "banned for", "last"]}
        words={[1, 2]}
        rows={items.map(({ address, isOfOtherSites, standing, score, banMs, lastAtMs, points }) => [
          <code key="address">{isOfOtherSites ? `${address} (cross-site)` : address}</code>,
          <span key="standing" class={standing === "banned" ? "bad" : "warn"}>
            {standing}
          </span>,
          describePoints(points),
          toExact(Math.round(score)),
          banMs === 0 ? "" : toDuration(banMs),
          toMoment(lastAtMs),
        ])}
      />
      {count > items.length ? (
        <p class="hint">{toExact(count - items.length)} more are not shown.</p>
      ) : undefined}
      {isPartial ? (
        <p class="hint">Not all counter objects have answered: there may be others.</p>
      ) : undefined}
    </>
  );
}
