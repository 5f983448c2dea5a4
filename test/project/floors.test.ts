// The floors and rooms of the code (tools/floors.ts): every import of src, types included, runs down; no files and no
// folders form a circle; the map in docs/architecture.md says the same. The linter's rules are made of the same list.

import { existsSync, globSync } from "node:fs";
import { basename, dirname, join, normalize, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { findFolder, listForbidden, trees } from "../../tools/floors.ts";
import { findTables, PROJECT_FOLDER, readText } from "./markdown.ts";

interface Import {
  readonly from: string;
  readonly to: string;
}

/** `from "./x.ts"`, `import "./x.ts"` and `import("./x.ts")`, also of types alone. The dashboard's is what the build makes. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+(?<!\.bin))"/g;

const files = globSync("src/**/*.ts", { cwd: PROJECT_FOLDER }).sort();
const imports: readonly Import[] = files.flatMap((from) =>
  [...readText(from).matchAll(IMPORT)].map(([, path = ""]) => ({
    from,
    to: normalize(join(dirname(from), path)),
  })),
);

/** Circles, each once, as "a -> b -> a". */
function findCircles(arrows: readonly Import[]): readonly string[] {
  const next = Map.groupBy(arrows, ({ from }) => from);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    const at = path.indexOf(name);
    if (at >= 0) circles.push([...path.slice(at), name].join(" -> "));
    if (at >= 0 || done.has(name)) return;
    for (const { to } of next.get(name) ?? []) visit(to, [...path, name]);
    done.add(name);
  };
  for (const name of next.keys()) visit(name, []);
  return [...new Set(circles)];
}

test("every import of src is found, and leads to a file", () => {
  expect(imports.length).toBeGreaterThan(1_000);
  expect(imports.filter(({ to }) => !existsSync(resolve(PROJECT_FOLDER, to)))).toEqual([]);
});

describe.each(trees)("$root", (tree) => {
  const isOfTree = ({ from, to }: Import): boolean =>
    findFolder(tree, from) !== undefined && findFolder(tree, to) !== undefined;
  const arrows = imports.filter(isOfTree).map(({ from, to }) => ({
    from,
    to,
    fromFolder: findFolder(tree, from) ?? "",
    toFolder: findFolder(tree, to) ?? "",
  }));

  test("has a floor for every folder", () => {
    const found = new Set(files.map((file) => findFolder(tree, file)).filter((name) => name !== undefined));
    expect([...found].sort()).toEqual(tree.floors.flat().toSorted());
  });

  test("has no import that runs up or sideways", () => {
    const wrong = arrows
      .filter(({ fromFolder, toFolder }) => fromFolder !== toFolder)
      .filter(({ fromFolder, toFolder }) =>
        toFolder === "" ? isAbove(fromFolder) : listForbidden(tree, fromFolder).includes(toFolder),
      )
      .map(
        ({ from, to, fromFolder, toFolder }) =>
          `${from} imports ${to}: "${fromFolder}" stands below or beside "${toFolder}". Move what both need to a ` +
          "floor below them, or let the lower one say what it needs in an interface of its own.",
      );
    expect(wrong).toEqual([]);
  });

  /** Whether what stands in the root itself stands above a folder. */
  function isAbove(folder: string): boolean {
    const level = (name: string): number => tree.floors.findIndex((floor) => floor.includes(name));
    return level("") <= level(folder);
  }

  test("has no circle of folders", () => {
    const between = arrows
      .filter(({ fromFolder, toFolder }) => fromFolder !== toFolder)
      .map(({ fromFolder, toFolder }) => ({ from: fromFolder, to: toFolder }));
    expect(findCircles(between)).toEqual([]);
  });
});

test("no files import each other in a circle", () => {
  expect(findCircles(imports)).toEqual([]);
});

test("a test stands where what it tests stands", () => {
  const sources = [...files, ...globSync("tools/**/*.ts", { cwd: PROJECT_FOLDER })];
  const folders = new Set(sources.map(dirname));
  const tests = globSync(
    "test/{core,gateway,admin,limiter,durable-objects,platform,cli,tools}/**/*.test.ts",
    {
      cwd: PROJECT_FOLDER,
    },
  );
  const misplaced = tests.filter((file) => {
    const [, top = "", ...rest] = dirname(file).split("/");
    const mirrored = [...(top === "tools" ? [top] : ["src", top]), ...rest].join("/");
    const twin = basename(file).replace(".test.ts", ".ts");
    const places = sources.filter((source) => basename(source) === twin).map(dirname);
    // What tests several files together has no twin, and its folder all the same.
    return !folders.has(mirrored) || (places.length > 0 && !places.includes(mirrored));
  });
  expect(tests.length).toBeGreaterThan(150);
  expect(misplaced).toEqual([]);
});

describe("the map in docs/architecture.md", () => {
  const head = ["folder", "what it decides", "may import", "tests"];
  const map = findTables(readText("docs/architecture.md"), head).flatMap(({ rows }) => rows);
  const cell = (folder: string): string => `\`${folder}\``;
  const wanted = trees.flatMap((tree) =>
    tree.floors
      .flat()
      .filter((folder) => folder !== "")
      .map((folder) => `${tree.root}/${folder}`),
  );

  test("has a row for every folder", () => {
    expect(map.map(([folder]) => folder).toSorted()).toEqual(wanted.map(cell).toSorted());
  });

  test.each(wanted)("says what %s may import, and where its tests are", (folder) => {
    const [, , mayImport, tests = ""] = map.find(([name]) => name === cell(folder)) ?? [];
    expect(mayImport).toBe(toBelow(folder));
    const paths = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !existsSync(resolve(PROJECT_FOLDER, path)))).toEqual([]);
  });

  /** "b, c and below" for what stands right above b and c. */
  function toBelow(folder: string): string {
    const tree = trees.findLast(({ root }) => folder.startsWith(`${root}/`));
    const at = tree?.floors.findIndex((floor) => floor.includes(basename(folder))) ?? -1;
    const below = tree?.floors[at + 1]?.filter((name) => name !== "") ?? [];
    return below.length === 0 ? "files of the root" : `${below.join(", ")} and below`;
  }
});
