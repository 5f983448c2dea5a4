// The store is ended, or hangs, while clients ask: by default, and with what the documents advise.

import type { Cell } from "../cell.ts";
import { HANGS_MS, type Reply } from "../client.ts";
import type { Probe, Stand } from "../probe.ts";
import type { StoreFault } from "../subject.ts";

const RULES = { general: { units: 4, windowMs: 60_000 } };
const ASKED = 8;

export const storeFails = createStoreFails({ name: "store-fails", isCareful: false });
export const storeFailsCareful = createStoreFails({ name: "store-fails-careful", isCareful: true });

function createStoreFails({
  name,
  isCareful,
}: {
  readonly name: string;
  readonly isCareful: boolean;
}): Probe {
  return {
    name,
    title: `Store ended; store hanging${isCareful ? ": careful settings" : ""}`,
    explanation: `After one of 4 units is used the store fails, and eight more requests are sent one after another: how many are admitted, and how long the longest took. 3 of them is what is left. More: the limit is off, or each process starts anew. "hangs": no answer in ${HANGS_MS / 1_000} s.${isCareful ? " With what its documents say about this set, where they say anything." : ""}`,
    run: (stand) => run(stand, isCareful),
  };
}

async function run({ subject, start }: Stand, isCareful: boolean): Promise<Cell> {
  if (isCareful && subject.can.careful !== true) return { text: "-", badness: 0 };
  const found: { readonly text: string; readonly badness: number }[] = [];
  for (const how of ["ended", "hanging"] satisfies readonly StoreFault[]) {
    const tried = await start(RULES, { isCareful });
    if (tried.failStore === undefined) return { text: "-", badness: 0 };
    await tried.ask({});
    await tried.failStore(how);
    const replies: Reply[] = [];
    for (let time = 0; time < ASKED; time += 1) replies.push(await tried.ask({}));
    found.push(describe(replies));
  }
  return {
    text: found.map(({ text }) => text).join("; "),
    badness: Math.max(...found.map(({ badness }) => badness)),
  };
}

function describe(replies: readonly Reply[]): { readonly text: string; readonly badness: number } {
  const longestMs = Math.max(...replies.map(({ sentAtMs, answeredAtMs }) => answeredAtMs - sentAtMs));
  const count = (wanted: (status: number) => boolean): number =>
    replies.filter(({ status }) => wanted(status)).length;
  const admitted = count((status) => status === 200);
  if (count((status) => status === 0) > 0) return { text: "hangs", badness: 4 };
  const errors = count((status) => status >= 500);
  if (errors > 0) return { text: `${errors} of ${ASKED} errors (${toMs(longestMs)})`, badness: 3 };
  return {
    text: `${admitted} admitted (${toMs(longestMs)})`,
    badness: admitted > 3 ? 2 : longestMs > 1_000 ? 1 : 0,
  };
}

const toMs = (ms: number): string => (ms < 100 ? "at once" : `${(ms / 1_000).toFixed(1)} s`);
