// The workerd processes that this very process started.

import { readdir, readFile } from "node:fs/promises";

export async function findOwnWorkerd(): Promise<readonly number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const own = await Promise.all(ids.map(async (id) => ((await isOwn(id)) ? [Number(id)] : [])));
  return own.flat();
}

async function isOwn(id: string): Promise<boolean> {
  // A process may end between the listing and this read.
  const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
  const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(stat) ?? [];
  return name === "workerd" && Number(parent) === process.pid;
}
