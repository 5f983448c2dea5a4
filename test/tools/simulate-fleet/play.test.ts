// A small fleet, played by the program itself: it takes the clock of its process over, and loads the runtime's modules.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../../tools/simulate-fleet.ts", import.meta.url));

test("a fleet that starts all at once asks no object more than it bears, and everybody is answered rightly", async () => {
  const size = ["--isolates", "300", "--centres", "20", "--rate", "300", "--seconds", "10"];
  // It ends with 1 where an object is asked too much, or a purge or a revocation holds too late.
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...size]);
  const asked = [...stdout.matchAll(/^(\S+ \S+) +(\d+) +(\d+)$/gm)];
  const peaks = new Map(asked.map(([, object = "", peak]) => [object, Number(peak)]));
  expect([...peaks.keys()]).toEqual(
    expect.arrayContaining(["HEALTH main", "ALERTS alerts", "STATS stats:EU", "FEEDBACK upstream"]),
  );
  // Unpaced it is 150 a second from the first second on, and the alerts' first reports come together.
  expect(peaks.get("HEALTH main")).toBeLessThan(50);
  expect(peaks.get("ALERTS alerts")).toBeLessThan(30);
  // One question for all that is new: three of them are more than one call a request.
  const near = asked.filter(([, object = ""]) => object.startsWith("SNAPSHOTS "));
  expect(near.reduce((sum, [, , , mean]) => sum + Number(mean), 0)).toBeLessThan(225);
  expect(stdout).toMatch(/\(\d+ of 200, \d+ of 401\)/);
});
