// package.json and package-lock.json, the project's and the bench's peers': exact versions, nothing about where a package
// came from, and the optional packages of every platform. One workerd, and no install script that was not allowed.

import { describe, expect, test } from "vitest";
import { VERSION } from "../../src/platform/version.ts";
import { readText } from "./markdown.ts";

type Versions = Readonly<Record<string, string>>;

interface Manifest {
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
}

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Versions;
}

/** "1.2.3", "1.2.3-beta", or the same behind "npm:name@". */
const EXACT = /^(?:npm:(?:@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;

function readPackages(lockText: string): Readonly<Record<string, LockedPackage>> {
  return (JSON.parse(lockText) as { readonly packages: Readonly<Record<string, LockedPackage>> }).packages;
}

const toName = (place: string): string => place.slice(place.lastIndexOf("node_modules/") + 13);

describe.each(["", "bench/peers/"])("%spackage.json", (folder) => {
  const manifest = JSON.parse(readText(`${folder}package.json`)) as Manifest;

  test.each(Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))(
    "has an exact version of %s: %s",
    (_name, version) => {
      expect(version).toMatch(EXACT);
    },
  );
});

test("the version that a deployment says of itself is package.json's", () => {
  expect((JSON.parse(readText("package.json")) as { readonly version: string }).version).toBe(VERSION);
});

test("package.json says of every package that is installed with a script whether it may run", () => {
  const { allowScripts = {} } = JSON.parse(readText("package.json")) as Manifest;
  const scripted = Object.entries(readPackages(readText("package-lock.json")))
    .filter(([, { hasInstallScript = false, optional = false }]) => hasInstallScript && !optional)
    .map(([place]) => toName(place));
  expect(scripted.toSorted()).toEqual(Object.keys(allowScripts).toSorted());
});

test("package-lock.json has one workerd", () => {
  const ofWorkerd = Object.entries(readPackages(readText("package-lock.json"))).filter(([place]) =>
    /^(?:@cloudflare\/workerd-[\w-]+|workerd)$/.test(toName(place)),
  );
  expect(ofWorkerd.length).toBeGreaterThan(1);
  expect(new Set(ofWorkerd.map(([, { version }]) => version)).size).toBe(1);
});

describe.each([
  { folder: "", hasOptional: true },
  { folder: "bench/peers/", hasOptional: false },
])("$folder package-lock.json", ({ folder, hasOptional }) => {
  const manifest = JSON.parse(readText(`${folder}package.json`)) as Manifest;
  const lockText = readText(`${folder}package-lock.json`);
  const packages = readPackages(lockText);

  test("is of this package.json", () => {
    const root = packages[""] as Manifest | undefined;
    expect([root?.dependencies, root?.devDependencies]).toEqual([
      manifest.dependencies,
      manifest.devDependencies,
    ]);
  });

  test("has no download address", () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
    expect(lockText).not.toMatch(/https?:\/\/[^"/]*(?:registry|npmjs)[^"/]*\//i);
  });

  test("has the optional packages of every platform", () => {
    const names = new Set(Object.keys(packages).map(toName));
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    expect(wanted.length > 0).toBe(hasOptional);
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
  });
});
