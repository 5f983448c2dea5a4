// `npm run prove:reputation`: who becomes suspect or banned by the defaults, with the core code of isolates and counter
// objects and hours that pass in seconds. Ends with 1 where a promise is broken.

import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import {
  attack,
  flood,
  liveOn,
  openOffice,
  rest,
  SCANNER,
  STUFFER,
  visitWithHostilePage,
} from "./prove-reputation/scenarios.ts";

import {
  betray,
  BURSTS,
  comeAtPeak,
  comeAtPeakAfterScan,
  farm,
  toOfficeHours,
} from "./prove-reputation/trust.ts";

const PROMISED = { requestsMax: 60, msMax: 10_000 };
const ISOLATES = [1, 10, 40] as const;
const ATTACKS = [
  ["a scanner of 200 unknown paths", SCANNER, false],
  ["a stuffer of credentials", STUFFER, false],
  ["a scanner that says Sec-Fetch-Site: cross-site", SCANNER, true],
  ["a stuffer that says Sec-Fetch-Site: cross-site", STUFFER, true],
] as const;
/** Good requests before each, and after how many requests it is suspect at the latest. */
const MIXED = [
  ["a scanner of unknown paths", SCANNER, 1, 250],
  ["a stuffer of credentials", STUFFER, 2, 120],
] as const;
/** Isolates, and of how many requests one asks its counter object. */
const OFFICES = [
  [1, 1],
  [40, 10],
  [200, 1],
  [200, 10],
  [500, 1],
] as const;

const { values } = parseArgs({ options: { seed: { type: "string", default: "20261128" } } });

await runCommand(() => {
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new CommandError("Cannot prove: --seed must be a whole number");
  const broken: string[] = [];
  const hold = (holds: boolean, said: string): void => {
    console.log(`${holds ? "held  " : "BROKEN"}  ${said}`);
    if (!holds) broken.push(said);
  };
  holdAttacks(hold, seed);
  holdMixedAttacks(hold, seed);
  for (const isolates of ISOLATES) {
    const { own, ofPage } = visitWithHostilePage({ requests: 5_000, isolates, everyMs: 100 }, seed);
    hold(
      own.join() === "clear" && !ofPage.includes("banned"),
      `a page of another site with 5,000 requests of the worst kinds, ${isolates} isolates: the visitor's own are ${own.join(" and ")}, the page's ${ofPage.join(" and ")}`,
    );
  }
  const week = liveOn({ clients: 1_000, days: 7, isolates: 40 }, seed);
  hold(
    week.banned === 0 && week.suspects <= 1,
    `1,000 clients for a week, ${week.requests} requests: ${week.suspects} suspect, ${week.banned} banned, highest score ${week.scoreMax.toFixed(1)}`,
  );
  for (const [isolates, askedEach] of OFFICES) {
    const office = openOffice({ people: 500, hours: 4, isolates, faults: 0.01, askedEach }, seed);
    hold(
      office.banned === 0 && office.suspects === 0,
      `an office of 500 behind one address, ${isolates} isolates, one of ${askedEach} requests asks its counter, 1 % of ${office.requests} refused credentials: ${office.suspects} suspect, ${office.banned} banned, highest score ${office.scoreMax.toFixed(1)}`,
    );
  }
  holdUncountedOffices(hold, seed);
  const { before, after } = rest();
  hold(
    Math.abs(after / before - 0.5) < 1e-9,
    `a score of ${before.toFixed(1)} is ${after.toFixed(1)} ten minutes later`,
  );
  const rows = flood(20_000);
  hold(rows === 0, `20,000 addresses with one fault each leave ${rows} rows`);
  holdTrust(hold);
  if (broken.length > 0) throw new CommandError(`${broken.length} promises are broken`);
  return Promise.resolve();
});

/** Where nothing is counted by address nobody learns of a doubt: a thousand isolates may make a suspect, and never more. */
function holdUncountedOffices(hold: (holds: boolean, said: string) => void, seed: number): void {
  for (const isolates of [40, 300, 1_000]) {
    const given = { people: 500, hours: 4, isolates, faults: 0.01, askedEach: Infinity };
    const { requests, suspects, banned, scoreMax } = openOffice(given, seed);
    hold(
      banned === 0 && (suspects === 0 || isolates > 300),
      `an office of 500 behind one address, ${isolates} isolates, nothing counted by address, 1 % of ${requests} refused credentials: ${suspects} suspect, ${banned} banned, highest score ${scoreMax.toFixed(1)}`,
    );
  }
}

function holdAttacks(hold: (holds: boolean, said: string) => void, seed: number): void {
  for (const [name, happened, isOfOtherSite] of ATTACKS) {
    for (const isolates of ISOLATES) {
      const given = { happened, isolates, everyMs: 100, requests: 200, isOfOtherSite };
      const { requests = Infinity, ms = Infinity } = attack(given, seed);
      const when =
        requests === Infinity ? "never suspect" : `suspect after ${requests} requests and ${ms} ms`;
      const isCaught = requests <= PROMISED.requestsMax && ms <= PROMISED.msMax;
      hold(isCaught, `${name}, ${isolates} isolates: ${when}`);
    }
  }
}

/** Good requests in between delay it, and where nothing is counted by address a little more. */
function holdMixedAttacks(hold: (holds: boolean, said: string) => void, seed: number): void {
  for (const [name, happened, good, requestsMax] of MIXED) {
    for (const isolates of ISOLATES) {
      const given = { happened, isolates, everyMs: 100, requests: 1_000, good, askedEach: Infinity };
      const { requests = Infinity } = attack(given, seed);
      const said = `${name} with ${good} good requests before each of its own, ${isolates} isolates, nothing counted by address`;
      hold(requests <= requestsMax, `${said}: suspect after ${requests} requests`);
    }
  }
}

function holdTrust(hold: (holds: boolean, said: string) => void): void {
  const known = comeAtPeak({ hours: toOfficeHours(7), visits: 5 });
  hold(
    known.standing === "trusted" && known.letIn === BURSTS.trusted,
    `a client that came for a week is ${known.standing}: at a peak of 60 requests at once ${known.letIn} are let in`,
  );
  const fresh = comeAtPeak({ hours: [], visits: 0 });
  const once = comeAtPeak({ hours: [0], visits: 500 });
  hold(
    [fresh, once].every(({ standing, letIn }) => standing === "clear" && letIn === BURSTS.everybody),
    `a new address is ${fresh.standing}, and one that came 500 times a week ago ${once.standing}: ${fresh.letIn} and ${once.letIn}`,
  );
  const scanned = comeAtPeakAfterScan();
  hold(
    scanned.atWorst && scanned.standing === "clear" && scanned.letIn === BURSTS.everybody,
    `one that was suspect on the fourth day is ${scanned.standing} on the eighth: ${scanned.letIn}`,
  );
  const betrayed = betray();
  hold(
    betrayed.join() === "trusted,clear,clear",
    `trusted until it asks for a trap: ${betrayed.join(", then ")}, at the same isolate and the next`,
  );
  const { requests, days, rows } = farm();
  hold(
    requests >= 12 && days >= 7,
    `trust costs an address of a botnet ${requests} clean requests over ${days} days, and the object ${rows} rows`,
  );
}
