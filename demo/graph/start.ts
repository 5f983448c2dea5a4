// `npm run graph`: the Graph API stand-in on its own port, until it is stopped.

import { parseArgs } from "node:util";
import { startGraphApi } from "./graph-api.ts";

const LIMIT_MAX = 100_000;
const SECONDS_MAX = 86_400;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8791" },
    app: { type: "string", default: "100" },
    user: { type: "string", default: "50" },
    page: { type: "string", default: "70" },
    seconds: { type: "string", default: "10" },
  },
});

function readNumber(name: keyof typeof values, most: number): number {
  const text = values[name];
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw new Error(`--${name} must be a whole number from 1 to ${most}, received ${JSON.stringify(text)}`);
}

try {
  const windowMs = readNumber("seconds", SECONDS_MAX) * 1_000;
  const [app, user, page] = (["app", "user", "page"] as const).map((name) => ({
    limit: readNumber(name, LIMIT_MAX),
    windowMs,
  }));
  if (app === undefined || user === undefined || page === undefined)
    throw new Error("there are three budgets");
  const { url } = await startGraphApi({ port: readNumber("port", 65_535), budgets: { app, user, page } });
  console.log(`The Graph API stand-in listens on ${url}: in any ${windowMs / 1_000} seconds it serves`);
  console.log(
    `${app.limit} calls of its app, ${user.limit} of each user (access token), ${page.limit} for each page.`,
  );
  console.log(`
Try
  curl -i -H 'Authorization: Bearer alice' ${url}/v25.0/me
  curl -i -H 'Authorization: Bearer alice' ${url}/v25.0/bakery/posts
  curl ${url}/stats                          what it served and refused`);
} catch (error) {
  console.error(`Cannot start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
