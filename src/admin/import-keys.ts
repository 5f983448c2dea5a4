// Imports API keys that were made elsewhere, by the hash of their text: each is taken, or refused with what is wrong with it,
// by itself. The same import again makes nothing twice.

import * as v from "valibot";
import { checkEntry } from "../core/control/check-entry.ts";
import { keyBody } from "../core/control/entries.ts";
import type { Changed, Imported, ImportedKey } from "../core/control/control-messages.ts";
import { err, ok, type Problem, type Result } from "../core/result.ts";
import { object, parseWith } from "../core/schema/parse-with.ts";
import { textLike } from "../core/schema/primitives.ts";
import { readClock } from "../platform/clock.ts";
import { askControl, toChangedResponse } from "./ask-control.ts";
import { toListSchema, toObjectSchema } from "./json-schemas.ts";
import { type AdminControls, defineOperation, type Operation } from "./operation.ts";
import { toJson, toProblem } from "./problem.ts";

const KEYS_MAX = 500;
const BODY_BYTES_MAX = 524_288;
/** Of a hash: enough to tell keys apart that have no prefix of their own. */
const HASH_DIGITS = 8;

const hash = v.pipe(
  textLike(/^[0-9a-f]{64}$/i, "must be the SHA-256 of the key's whole text: 64 hexadecimal digits"),
  v.toLowerCase(),
);
const prefix = textLike(/^[!-~]{1,16}$/, "must be what of the key may be shown: 1 to 16 characters");
const secretSchema = v.object({ hash, prefix: v.optional(prefix) });
const bodySchema = object({
  keys: v.pipe(
    v.array(v.unknown(), "must be a list of keys"),
    v.minLength(1, "must have at least one key"),
    v.maxLength(KEYS_MAX, `must have at most ${KEYS_MAX} keys`),
  ),
  force: v.optional(v.literal(true, "must be true")),
});

type Key = Result<ImportedKey>;

const number = { type: "integer" } as const;
const refusedAnswer = (): ReturnType<typeof toListSchema> =>
  toListSchema(
    toObjectSchema({
      index: number,
      problems: toListSchema(
        toObjectSchema({ path: { type: "string" }, code: { type: "string" }, message: { type: "string" } }),
      ),
    }),
  );

export const importKeys: Operation = defineOperation({
  name: "keys.import",
  method: "POST",
  path: "/key-imports",
  summary: `Imports up to ${KEYS_MAX} API keys of elsewhere, by the SHA-256 of their text; what is there already stays`,
  body: bodySchema,
  bodyBytesMax: BODY_BYTES_MAX,
  answer: () => toObjectSchema({ imported: number, known: number, refused: refusedAnswer() }),
  handle: async ({ controls, body, by }) => {
    await controls.learn();
    const isForced = body.force === true;
    if (controls.config().auth.apiKeys.format !== "any" && !isForced)
      return toProblem(400, "no-effect", { problems: [NO_EFFECT] });
    const keys = body.keys.map((given) => parseKey(given, controls, isForced));
    const right = keys.flatMap((key) => (key.ok ? [key.value] : []));
    const changed = await askControl<Changed<readonly Imported[]>>(controls.bindings, async (control) =>
      control.importKeys(right, by),
    );
    return toChangedResponse(changed, (imported) => toJson(200, toReport(keys, imported)));
  },
});

const NO_EFFECT: Problem = {
  path: "keys",
  code: "no-effect",
  message:
    'keys of other forms are not looked up: set auth.apiKeys.format to "any" first, or force it where they have the form of keys made here',
};
const FULL: Problem = { path: "", code: "full", message: "there are as many keys as there may be" };

/** `hash` and `prefix` beside what every key has. */
function parseKey(given: unknown, controls: AdminControls, isForced: boolean): Key {
  const { hash: givenHash, prefix: shown, ...rest } = Object(given) as Readonly<Record<string, unknown>>;
  const secret = parseWith(secretSchema, { hash: givenHash, prefix: shown });
  const body = parseWith(keyBody, rest);
  if (!secret.ok || !body.ok)
    return err([...(secret.ok ? [] : secret.error.map(withoutGiven)), ...(body.ok ? [] : body.error)]);
  const { force: _force, ...stored } = body.value;
  const around = { config: controls.config(), nowMs: readClock(), hasDenials: false };
  const found = checkEntry("keys", stored, around).filter(
    ({ severity }) => severity === "wrong" || (severity === "vain" && !isForced),
  );
  if (found.length > 0) return err(found.map(({ path, code, message }) => ({ path, code, message })));
  const { hash: digest, prefix: own = digest.slice(0, HASH_DIGITS) } = secret.value;
  return ok({ body: stored, secret: { hash: digest, prefix: own } });
}

/** A key's text may stand where its hash should: a problem says what was wanted, and not what was given. */
const withoutGiven = ({ message, ...problem }: Problem): Problem => ({
  ...problem,
  message: message.replace(/, received .*$/s, ""),
});

function toReport(keys: readonly Key[], imported: readonly Imported[]): object {
  const refused: { readonly index: number; readonly problems: readonly Problem[] }[] = [];
  const outcomes = [...imported];
  let known = 0;
  for (const [index, key] of keys.entries()) {
    const outcome = key.ok ? outcomes.shift() : undefined;
    if (!key.ok) refused.push({ index, problems: key.error });
    else if (outcome?.id === undefined && outcome?.why === "full") refused.push({ index, problems: [FULL] });
    else if (outcome?.id === undefined) known += 1;
  }
  return { imported: imported.filter(({ id }) => id !== undefined).length, known, refused };
}
