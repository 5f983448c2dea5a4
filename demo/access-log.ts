// `npm run sample-log`: the access log of a day and two hours of a small shop's API, always the same, for the guide "Choose a
// limit". People look around all day; a partner exports the catalogue at night; in the afternoon a scraper comes for twenty
// minutes from three addresses; some lines are what logs have in them too.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const FILE = resolve(import.meta.dirname, "../dist/sample/access.log");
const START_MS = Date.UTC(2026, 10, 26, 22);
const MINUTE_MS = 60_000;
const MINUTES = 26 * 60;
const PEOPLE = 300;
/** How nginx writes the first bytes of TLS on a port for plain HTTP. */
const NOT_HTTP = String.raw`\x16\x03\x01\x02\x00`;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

interface Line {
  readonly atMs: number;
  readonly text: string;
}

/** Numbers from 0 to below 1, the same each time. */
function createChance(): () => number {
  let state = 20_261_127;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

type Add = (atMs: number, address: string, request: string, status?: number) => void;

export function writeSampleLog(): string {
  const chance = createChance();
  const lines: Line[] = [];
  const add: Add = (atMs, address, request, status = 200) => {
    const time = toLogTime(atMs);
    lines.push({
      atMs,
      text: `${address} - - [${time}] "${request}" ${status} ${status === 200 ? 812 : 153} "-" "-"`,
    });
  };
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const hour = (22 + minute / 60) % 24;
    addPeople(minute, chance, add);
    if (hour >= 2 && hour < 2.5) addPartner(minute, add);
    if (hour >= 14 && hour < 14.34) addScraper(minute, add);
    if (minute % 97 === 0) add(START_MS + minute * MINUTE_MS, "192.0.2.99", NOT_HTTP, 400);
  }
  const sorted = lines.sort((one, other) => one.atMs - other.atMs);
  return `${sorted.map(({ text }) => text).join("\n")}\n`;
}

/** By day more than at night; most of them look at a page or two. */
function addPeople(minute: number, chance: () => number, add: Add): void {
  const hour = (22 + minute / 60) % 24;
  const share = hour > 8 && hour < 21 ? 0.05 : 0.006;
  for (let person = 0; person < PEOPLE; person += 1) {
    if (chance() > share) continue;
    const pages = 1 + Math.floor(12 * chance() ** 3);
    for (let page = 0; page < pages; page += 1) {
      const atMs = START_MS + minute * MINUTE_MS + Math.floor(chance() * MINUTE_MS);
      add(atMs, `198.51.100.${person % 250}`, toRequest(chance()));
    }
  }
}

/** One search a second. */
function addPartner(minute: number, add: Add): void {
  for (let second = 0; second < 60; second += 1) {
    const atMs = START_MS + minute * MINUTE_MS + second * 1_000;
    add(atMs, "203.0.113.20", `GET /search?q=page${minute * 60 + second} HTTP/1.1`);
  }
}

/** Fifteen searches a second. */
function addScraper(minute: number, add: Add): void {
  for (let count = 0; count < 900; count += 1) {
    const atMs = START_MS + minute * MINUTE_MS + Math.floor((count * MINUTE_MS) / 900);
    add(atMs, `192.0.2.${count % 3}`, `GET /search?q=${count} HTTP/1.1`);
  }
}

function toRequest(chance: number): string {
  if (chance < 0.3) return `GET /search?q=${Math.floor(chance * 1_000)} HTTP/1.1`;
  return `GET ${chance < 0.6 ? "/cacheable" : `/items/${Math.floor(chance * 400)}`} HTTP/1.1`;
}

function toLogTime(atMs: number): string {
  const [date = "", time = ""] = new Date(atMs).toISOString().split("T");
  const [year = "", month = "", day = ""] = date.split("-");
  return `${day}/${MONTHS[Number(month) - 1] ?? ""}/${year}:${time.slice(0, 8)} +0000`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await mkdir(dirname(FILE), { recursive: true });
  await writeFile(FILE, writeSampleLog());
  console.log(`Wrote ${FILE}`);
}
