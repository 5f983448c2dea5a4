// Asks the stats objects of all continents at once. Those that do not answer in time are named: their figures are missing.

import { type Bindings, type StatsRpc, toStatsName } from "../platform/bindings.ts";
import { PLACES } from "../core/keys/places.ts";

/** Whoever looks at figures waits no longer for the far side of the world. */
const TIMEOUT_MS = 3_000;

type StatsStub = DurableObjectStub<StatsRpc & DurableObject>;

export interface StatsAnswers<Answer> {
  readonly answers: readonly { readonly place: string; readonly answer: Answer }[];
  readonly places: { readonly answered: string[]; readonly unanswered: string[] };
}

export async function askStats<Answer>(
  { STATS }: Pick<Bindings, "STATS">,
  ask: (stub: StatsStub, place: string) => Promise<Answer>,
): Promise<StatsAnswers<Answer>> {
  const asked = await Promise.all(
    PLACES.map(async (place) => ({
      place,
      answer: await askOne(() => ask(STATS.getByName(toStatsName(place)), place)),
    })),
  );
  const answers = asked.flatMap(({ place, answer }) => (answer === undefined ? [] : [{ place, answer }]));
  const answered = answers.map(({ place }) => place);
  return {
    answers,
    places: { answered, unanswered: PLACES.filter((place) => !answered.includes(place)) },
  };
}

async function askOne<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  const late = scheduler.wait(TIMEOUT_MS).then(() => undefined);
  try {
    return await Promise.race([ask(), late]);
  } catch {
    return undefined;
  }
}
