import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const FOLDER = resolve(import.meta.dirname, "../../src/cli");

/** The packages that a module and all that it imports load before anything of them is asked for. */
function findPackages(path: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const imports = readFileSync(path, "utf8").matchAll(
    /^(?:import "|(?:import|export) (?!type )[^;"]* from ")([^"]+)";$/gm,
  );
  return [...imports].flatMap(([, name = ""]) =>
    name.startsWith(".") ? findPackages(join(path, "..", name), seen) : [name],
  );
}

test("what is done anew after each save loads wrangler for nobody who needs nothing of it", () => {
  const loaded = findPackages(join(FOLDER, "prepare-gateway.ts"));
  expect(loaded).toContain("rolldown");
  expect(loaded).not.toContain("wrangler");
  expect(loaded).not.toContain("miniflare");
  expect(findPackages(join(FOLDER, "start-gateway.ts"))).toEqual(
    expect.arrayContaining(["wrangler", "miniflare"]),
  );
});
