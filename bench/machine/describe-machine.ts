// What a reader needs to judge the numbers: the machine, the versions, the date.

import { readFileSync } from "node:fs";
import { cpus, loadavg, release, type } from "node:os";
import workerd from "workerd";

export function describeMachine(): readonly string[] {
  // Not availableParallelism(): this program is on one of them.
  const cores = cpus();
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return [
    `Machine: ${cores.length} cores, ${cores[0]?.model ?? "unknown"}, ${type()} ${release()}`,
    `Versions: Headgate ${manifest.version}, workerd ${workerd.version}, Node ${process.versions.node}`,
    `Date: ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
  ];
}

/** The machine's load average over the last minute. */
export function readLoad(): number {
  return loadavg()[0] ?? 0;
}
