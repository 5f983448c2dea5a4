// Whom the reputation takes for suspect or has banned. Asked when somebody wants to know: each look asks many objects.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ApiError, Ask } from "../api.ts";
import { toDuration, toExact, toMoment } from "../format.ts";
import { Table } from "../table.tsx";

interface SuspectView {
  readonly address: string;
  readonly isOfOtherSites: boolean;
  readonly standing: "suspect" | "banned";
  readonly score: number;
  readonly banMs: number;
  readonly lastAtMs: number;
  readonly points: Readonly<Record<string, number>>;
}

interface SuspectsAnswer {
  readonly mode: "off" | "shadow" | "enforce";
  readonly items: readonly SuspectView[];
  readonly count: number;
  readonly objects: { readonly asked: number; readonly unanswered: number };
  readonly next?: number;
}

const SHOWN_MAX = 50;
/** Of 64 counter objects each. */
const PAGES_MAX = 8;

export function Suspects({ ask }: { readonly ask: Ask }): JSX.Element {
  const [found, setFound] = useState<SuspectsAnswer>();
  const [problem, setProblem] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const look = async (): Promise<void> => {
    setAsking(true);
    try {
      setFound(await findAll(ask));
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
  readonly found: SuspectsAnswer;
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
          toReasons(points),
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

async function findAll(ask: Ask): Promise<SuspectsAnswer> {
  let found = await ask<SuspectsAnswer>(`suspects?limit=${SHOWN_MAX}`);
  for (let page = 1; page < PAGES_MAX && found.next !== undefined; page += 1) {
    const more = await ask<SuspectsAnswer>(`suspects?limit=${SHOWN_MAX}&cursor=${found.next}`);
    const items = [...found.items, ...more.items]
      .sort((one, other) => Number(other.banMs > 0) - Number(one.banMs > 0) || other.score - one.score)
      .slice(0, SHOWN_MAX);
    const objects = {
      asked: found.objects.asked + more.objects.asked,
      unanswered: found.objects.unanswered + more.objects.unanswered,
    };
    found = { ...more, items, count: found.count + more.count, objects };
  }
  return found;
}

/** What it has most points for comes first. */
function toReasons(points: Readonly<Record<string, number>>): string {
  return Object.entries(points)
    .filter(([, share]) => share >= 1)
    .sort(([, one], [, other]) => other - one)
    .map(([name, share]) => `${name} ${Math.round(share)}`)
    .join(", ");
}
