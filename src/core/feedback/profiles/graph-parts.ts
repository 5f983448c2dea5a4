// Calls in a batch of Facebook's Graph API (developers.facebook.com/docs/graph-api/batch-requests): which of them may be sent
// again without the others. A call may take its place after another one, and have in it what that was answered.

import { decodeParameter } from "../../http/query.ts";
import { listMembers } from "../../shape/json-text.ts";
import { member } from "../reading.ts";

/** What a call that reads may have. Everything else may change what it does, or what the others get. */
const READING: ReadonlySet<string> = new Set(["method", "relative_url", "name", "headers", "access_token"]);
/** "{result=name:$.data}": what another call was answered. */
const REFERENCE = /(?:\{|%7b)(?:\s|%20|\+)*result/i;

/** Their places. Each call is as it is written in JSON. */
export function findRepeatable(calls: readonly string[]): readonly number[] {
  const read = calls.map((call) => JSON.parse(call) as unknown);
  // A named call is one that others may wait for.
  const isAlone = !read.some((call) => member(call, "depends_on") !== undefined || hasReference(call));
  return calls.flatMap((call, place) => (isRead(call, read[place], isAlone) ? [place] : []));
}

function isRead(written: string, call: unknown, isAlone: boolean): boolean {
  if (typeof call !== "object" || call === null || Array.isArray(call)) return false;
  const names = listMembers(written).map(({ name }) => name);
  // Of what stands there twice the API may take either.
  if (new Set(names).size !== names.length || !names.every((name) => READING.has(name))) return false;
  const url = member(call, "relative_url");
  if (member(call, "method") !== "GET" || typeof url !== "string") return false;
  return !hasReference(call) && !hasMethod(url) && (isAlone || !names.includes("name"));
}

/** In any text in it, at any depth: `JSON.stringify` writes all of them without escapes for braces. */
function hasReference(call: unknown): boolean {
  return REFERENCE.test(JSON.stringify(call));
}

/** A parameter may have another method take the place of the call's own. */
function hasMethod(url: string): boolean {
  const [, ...queries] = url.split(/[?#]/);
  return queries.some((query) =>
    query.split(/[&;]/).some((pair) => {
      const [name = ""] = pair.split("=", 1);
      const decoded = decodeParameter(name)?.trim().toLowerCase();
      return decoded === undefined || /^_?method(?:$|\[)/.test(decoded);
    }),
  );
}
