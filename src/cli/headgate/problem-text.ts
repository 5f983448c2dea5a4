// A problem document of the admin API as people read it: what to do about it, every single problem, and the code that
// docs/errors.md has.

import { toSafeText } from "./print-safely.ts";
import { type Item, toItems } from "./table.ts";

/** What the codes mean to who typed a command; others are shown with their title. */
const meanings: Readonly<Record<string, string>> = {
  unauthorized: "HEADGATE_TOKEN is not this gateway's token",
  "read-only": "HEADGATE_TOKEN only reads: this needs the gateway's ADMIN_TOKEN",
  "token-scope-missing": "HEADGATE_TOKEN does not open this",
  "name-taken": "There is a token of this name: revoke it first, or take another name",
  "too-many-failures": "Too many failed attempts from this address",
  "not-found": "There is no such thing",
  stale: "It has been changed meanwhile: look at it again",
  full: "There are as many as there may be: delete some first",
  answered: "It has been answered already",
  "repeat-differs": "This --idempotency-key was used for something else",
  "control-unavailable": "The gateway's control object does not answer: look whether a change was made",
  "counter-unavailable": "A counter object does not answer",
  "purge-unavailable": "The purge is not durable: send it again",
};

export function toProblemText(problem: Item, waitSeconds: string | undefined): string {
  const code = toSafeText(problem["code"]);
  const meaning = Object.hasOwn(meanings, code) ? meanings[code] : undefined;
  const problems = toItems(problem["problems"]);
  const detail = code === "not-found" ? toText(problem["detail"]) : undefined;
  const said = detail === undefined ? meaning : `There is ${detail}`;
  const what = problems.length > 0 ? "The gateway refused it" : (said ?? toSafeText(problem["title"]));
  const wait = waitSeconds === undefined ? "" : `, again in ${toSafeText(waitSeconds)} s`;
  const { wanted } = problem;
  const scopes =
    code === "token-scope-missing" && Array.isArray(wanted)
      ? [
          `  it needs ${wanted.length === 0 ? "the gateway's ADMIN_TOKEN" : `the scope ${wanted.map(toSafeText).join(" or ")}`}`,
        ]
      : [];
  const hint = code === "no-effect" ? ["  --force takes it all the same, for what will exist later"] : [];
  return [`${what}${wait} [${code}]`, ...toProblemLines(problems), ...scopes, ...hint].join("\n");
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" ? toSafeText(value) : undefined;
}

/** A line each, as the check of a file has them. */
export function toProblemLines(problems: readonly Item[]): readonly string[] {
  return problems.map(({ path, message, code }) => {
    const place = typeof path === "string" && path !== "" ? path : "(the whole)";
    return `  ${toSafeText(place)}: ${toSafeText(message)} [${toSafeText(code)}]`;
  });
}
