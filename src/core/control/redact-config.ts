// A configuration as it may be shown: each secret that is written into it has a mask in its place, which tells secrets apart
// and says nothing else of them. A document that comes back with masks gets the secrets back that they stand for.

import { isObject } from "../schema/parse-with.ts";
import { redactText } from "../schema/redact-text.ts";
import { err, ok, type Problem, type Result } from "../result.ts";

/** A text of eight hexadecimal digits that only this deployment can make of a secret. */
export type Digest = (secret: string) => string;

/** Values of header fields that are no secret, whatever they are. All others of an origin may be. */
const PLAIN_FIELDS =
  /^(?:accept|accept-.*|cache-control|content-type|host|origin|referer|user-agent|x-forwarded-.*)$/i;
const MASK = /\*\*\*(?:[0-9a-f]{8})?/g;
const IS_MASK = /^\*\*\*[0-9a-f]{8}$/;

/** Of a document: deeper than any configuration, and not so deep that a stack overflows. */
const LEVELS_MAX = 64;

interface Redaction {
  readonly mask: (secret: string) => string;
  readonly levels: number;
}

/** The document with a mask for each secret; `secrets` collects what they stand for. */
export function redactConfig(
  document: unknown,
  digest: Digest,
  secrets: Map<string, string> = new Map<string, string>(),
): unknown {
  const mask = (secret: string): string => {
    if (IS_MASK.test(secret)) return secret;
    const written = `***${digest(secret)}`;
    secrets.set(written, secret);
    return written;
  };
  return redact(document, "", { mask, levels: LEVELS_MAX });
}

function redact(value: unknown, name: string, outer: Redaction): unknown {
  const redaction = { ...outer, levels: outer.levels - 1 };
  if (redaction.levels < 0) return "(too deep to be shown)";
  if (typeof value === "string") return redactText(value, name, redaction.mask);
  if (Array.isArray(value)) return value.map((item: unknown) => redact(item, "", redaction));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([member, given]) => {
    const isField = name === "headers" && typeof given === "string";
    if (isField) return [member, PLAIN_FIELDS.test(member) ? given : redaction.mask(given)];
    // Of fields that get another name, the names are all that is said.
    return [member, name === "renameHeaders" ? given : redact(given, member, redaction)];
  });
  return Object.fromEntries(entries);
}

/**
 * The document with the secrets that its masks stand for. A mask that stands for none, or where no secret would be masked,
 * is a problem: stored there it would be a wrong credential, or a secret would be shown.
 */
export function restoreConfig(
  document: unknown,
  secrets: ReadonlyMap<string, string>,
  digest: Digest,
): Result<unknown> {
  const problems: Problem[] = [];
  const restored = restore(document, "", { secrets, problems, levels: LEVELS_MAX });
  if (problems.length > 0) return err(problems);
  if (JSON.stringify(redactConfig(restored, digest)) === JSON.stringify(redactConfig(document, digest)))
    return ok(restored);
  return err([toProblem("", "has a mask where no secret stands")]);
}

/** Masks in a document that nothing gives secrets back to: a file that was made of what a gateway showed. */
export function findMasks(document: unknown): readonly Problem[] {
  const problems: Problem[] = [];
  restore(document, "", { secrets: new Map<string, string>(), problems, levels: LEVELS_MAX });
  return problems;
}

interface Restoring {
  readonly secrets: ReadonlyMap<string, string>;
  readonly problems: Problem[];
  readonly levels: number;
}

function restore(value: unknown, path: string, outer: Restoring): unknown {
  const restoring = { ...outer, levels: outer.levels - 1 };
  // What lies deeper is none of a configuration, and has been refused.
  if (restoring.levels < 0) return value;
  if (typeof value === "string") return restoreText(value, path, restoring);
  const join = (name: string): string => (path === "" ? name : `${path}.${name}`);
  if (Array.isArray(value))
    return value.map((item: unknown, at) => restore(item, join(String(at)), restoring));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, given]) => [name, restore(given, join(name), restoring)]),
  );
}

function restoreText(text: string, path: string, { secrets, problems }: Omit<Restoring, "levels">): string {
  return text.replace(MASK, (mask) => {
    const secret = secrets.get(mask);
    // Three asterisks are a pattern's, where they are not all that there is.
    if (secret !== undefined || (mask === "***" && text !== mask)) return secret ?? mask;
    problems.push(toProblem(path, "is the mask of a secret that is not known here: write the secret"));
    return mask;
  });
}

const toProblem = (path: string, message: string): Problem => ({ path, code: "masked", message });
