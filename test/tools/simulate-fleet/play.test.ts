// A small fleet, played by the program itself: it takes the clock of its process over, and loads the runtime's modules.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../../tools/simulate-fleet.ts", import.meta.url));

test("a fleet that starts all at once asks a pool's health object no more than it bears, and everybody is answered", async () => {
  const size = ["--isolates", "600", "--centres", "20", "--rate", "600", "--seconds", "10"];
  // It ends with 1 where an object is asked too much: what is asked here of each is below.
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...size]).catch(
    (error: { readonly stdout: string }) => error,
  );
  const peaks = new Map(
    [...stdout.matchAll(/^(\S+ \S+) +(\d+) +\d+$/gm)].map(([, object = "", peak]) => [object, Number(peak)]),
  );
  expect([...peaks.keys()]).toEqual(
    expect.arrayContaining(["HEALTH main", "ALERTS alerts", "STATS stats:EU", "FEEDBACK upstream"]),
  );
  // Unpaced it is 150 a second from the first second on, and the alerts' first reports come together.
  expect(peaks.get("HEALTH main")).toBeLessThan(100);
  expect(peaks.get("ALERTS alerts")).toBeLessThan(60);
  expect(stdout).toMatch(/\(\d+ of 200, \d+ of 401\)/);
});
