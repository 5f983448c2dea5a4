// The floors of the code, from the roof down: a file imports from its own folder and from floors below it, never from
// above or beside, types included. The linter's rules, the map in docs/architecture.md and a test all follow this list.

import type { OxlintOverride } from "oxlint";

/** Folders that stand on one floor never import each other. */
export type Floors = readonly (readonly string[])[];

export interface Tree {
  /** What its folders stand in. */
  readonly root: string;
  readonly floors: Floors;
}

/** "" is what stands in the root itself. */
export const trees: readonly Tree[] = [
  {
    root: "src",
    floors: [
      ["", "cli", "limiter"],
      ["portal"],
      ["admin", "gateway"],
      ["durable-objects"],
      ["platform"],
      ["core"],
    ],
  },
  {
    root: "src/core",
    floors: [
      ["simulation"],
      ["control"],
      ["config"],
      ["routes"],
      ["origins"],
      ["shedding"],
      ["outbound"],
      ["policies"],
      ["reputation"],
      ["counters"],
      ["leases"],
      ["consumers", "access"],
      ["batch", "feedback", "alerts", "webhooks", "handover", "usage", "portal"],
      ["cache", "keys"],
      ["functions"],
      ["algorithms", "body", "shape", "cors", "log", "stats", "errors"],
      ["http"],
      ["schema"],
      [""],
    ],
  },
  {
    root: "src/gateway",
    floors: [
      [""],
      ["batch", "cors", "webhooks", "handover"],
      ["credentials"],
      ["cache"],
      ["shape"],
      ["origins"],
      ["limits"],
      ["functions"],
      ["log"],
      ["stats", "alerts", "reputation"],
      ["request"],
    ],
  },
];

/** The tree's folder that a file stands in; undefined for a file of elsewhere. A folder's own folders count as it. */
export function findFolder({ root }: Tree, file: string): string | undefined {
  if (!file.startsWith(`${root}/`)) return undefined;
  const [folder = "", ...rest] = file.slice(root.length + 1).split("/");
  return rest.length === 0 ? "" : folder;
}

/** Folders that a folder must not import: those above it, and those beside it. */
export function listForbidden({ floors }: Tree, folder: string): readonly string[] {
  const own = floors.findIndex((floor) => floor.includes(folder));
  return floors
    .slice(0, own + 1)
    .flat()
    .filter((other) => other !== folder && other !== "");
}

/** What belongs to no floor of core: the platform's modules. */
const IMPURE = ["cloudflare:*", "node:*"];

/** The linter's rule for each folder: what it names is refused while it is typed. */
export function toLintRules(): OxlintOverride[] {
  const [whole, core, gateway] = trees as readonly [Tree, Tree, Tree];
  const above = (folder: string): readonly string[] => listForbidden(whole, folder).map(toPattern);
  // A room of core may be called like one above: from within core only the longer path leads there.
  const aboveCore = listForbidden(whole, "core").map((name) =>
    core.floors.flat().includes(name) ? `**/../../${name}/**` : toPattern(name),
  );
  const coreRules = core.floors.flat().map((folder) => {
    const group = [...aboveCore, ...listForbidden(core, folder).map(toPattern), ...IMPURE];
    return toLintRule(folder === "" ? "src/core/*.ts" : `src/core/${folder}/**/*.ts`, group);
  });
  const gatewayRules = gateway.floors.flat().map((room) => {
    const rooms = listForbidden(gateway, room).map(toPattern);
    // Core's folders have the same names, and lie below.
    const group = [...above("gateway"), ...rooms, ...(rooms.length === 0 ? [] : ["!**/core/**"])];
    return toLintRule(room === "" ? "src/gateway/*.ts" : `src/gateway/${room}/**/*.ts`, group);
  });
  const shells = ["portal", "admin", "durable-objects", "platform"].map((folder) =>
    toLintRule(`src/${folder}/**/*.ts`, above(folder)),
  );
  return [...coreRules, ...gatewayRules, ...shells];
}

const toPattern = (folder: string): string => `**/${folder}/**`;

function toLintRule(files: string, group: readonly string[]): OxlintOverride {
  const message = "imports run down only: see the map in docs/architecture.md.";
  return {
    files: [files],
    rules: { "eslint/no-restricted-imports": ["error", { patterns: [{ group: [...group], message }] }] },
  };
}
