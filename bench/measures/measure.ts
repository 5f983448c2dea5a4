// The run: brings up every row, gives each its turn round after round, and does all of that several times, for two
// processes of one program differ by some percent for as long as they live. Then counts what their objects do.

import { existsSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import type { Use } from "../contenders/contender.ts";
import { loadCounted } from "./count-use.ts";
import { type Row, type RunningRow, startRow } from "./row.ts";
import type { MeasuredRow } from "./summarize.ts";
import { takeTurn, type Times, type Turn, warmUp } from "./take-turn.ts";
import type { Workload } from "../workloads/workload.ts";

/** Until objects have deleted what expired: their alarms are at least a minute apart, and the last row's may need two. */
const EXPIRED_AFTER_MS = 125_000;
const MEMORY_FOLDER = "/dev/shm";

export interface MeasureOptions {
  /** How often every server is started anew. */
  readonly generations: number;
  /** Turns of each row in each generation. */
  readonly rounds: number;
  readonly times: Times;
  /** What goes before a server's command. */
  readonly pinned: readonly string[];
  readonly onProgress: (text: string) => void;
}

export async function measure(
  rows: readonly Row[],
  options: MeasureOptions,
): Promise<readonly MeasuredRow[]> {
  const { generations, times, pinned, onProgress } = options;
  const folder = await mkdtemp(join(findFolder(), "headgate-bench-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const turns = rows.map((): Turn[] => []);
  let uses: readonly (Use | undefined)[] = [];
  for (let generation = 1; generation <= generations; generation += 1) {
    onProgress(`Servers ${generation} of ${generations}`);
    const startOne = (row: Row): Promise<RunningRow> =>
      startRow({ row, folder: join(folder, String(generation)), pinned });
    const running = await Promise.all(rows.map(startOne));
    for (const [index, taken] of (await takeTurns(running, options)).entries()) turns[index]?.push(...taken);
    if (generation === generations) {
      onProgress("Counting object calls and rows");
      uses = await countUses(running, times.countsMs);
    }
    for (const row of running) await row.stop();
  }
  return rows.map((row, index) => ({ ...row, turns: turns[index] ?? [], use: uses[index] }));
}

/** In memory where there is such a folder: what a row costs must not hang on this machine's disk. */
function findFolder(): string {
  return existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir();
}

/** Each row once a round, so that a busy spell of the machine meets all rows. Returns each row's turns, in the rows' order. */
async function takeTurns(
  rows: readonly RunningRow[],
  { rounds, times, onProgress }: MeasureOptions,
): Promise<readonly (readonly Turn[])[]> {
  const turns = rows.map((): Turn[] => []);
  onProgress("  warming up");
  for (const row of rows) await warmUp(row, times);
  for (let round = 1; round <= rounds; round += 1) {
    onProgress(`  round ${round} of ${rounds}`);
    for (const [index, row] of rows.entries()) {
      const turn = await takeTurn(row, times).catch((error: unknown) => {
        // A server that has ended, for one.
        throw new Error(`Cannot measure ${row.contender.name} under ${row.workload.name}`, { cause: error });
      });
      turns[index]?.push(turn);
    }
  }
  return turns;
}

const toShares = ({ settles = 1 }: Workload): number => settles;

async function countUses(rows: readonly RunningRow[], forMs: number): Promise<readonly (Use | undefined)[]> {
  const countable = rows.filter(({ server }) => server.startCounting !== undefined);
  const shares = countable.reduce((sum, { workload }) => sum + toShares(workload), 0);
  const loaded: Awaited<ReturnType<typeof loadCounted>>[] = [];
  for (const row of rows) loaded.push(await loadCounted(row, (forMs * toShares(row.workload)) / shares));
  // Those that came first have had the time of all others to do it in.
  if (countable.length > 0) await sleep(EXPIRED_AFTER_MS);
  return await Promise.all(loaded.map(async (one) => await one?.readUse()));
}
