// The processes that a process has started, theirs included, by /proc.

import { readdir, readFile } from "node:fs/promises";

export interface Descendant {
  readonly id: number;
  readonly name: string;
}

/** With the process itself; empty where it has ended, or where there is no /proc. */
export async function readDescendants(root: number): Promise<readonly Descendant[]> {
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const read = await Promise.all(ids.map(async (id) => readProcess(Number(id))));
  const children = Map.groupBy(
    read.filter((found) => found !== undefined),
    ({ parent }) => parent,
  );
  const own = read.find((found) => found?.id === root);
  const found: Descendant[] = own === undefined ? [] : [own];
  for (const { id } of found) found.push(...(children.get(id) ?? []));
  return found;
}

/** undefined: it has ended since it was listed. */
async function readProcess(id: number): Promise<(Descendant & { readonly parent: number }) | undefined> {
  const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
  const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(stat) ?? [];
  return name === undefined || parent === undefined ? undefined : { id, name, parent: Number(parent) };
}
