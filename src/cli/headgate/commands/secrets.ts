// The answer that has the text of a secret, which is shown this once.

import type { Answer } from "../api.ts";
import type { Option, Said } from "../command.ts";
import { CommandFailure } from "../exit-codes.ts";
import type { Given } from "../given.ts";
import { toSafeText } from "../print-safely.ts";
import { toItem, toLines, toReadable } from "../table.ts";
import { toWarningText } from "./entries.ts";

export interface SecretAnswer {
  /** The answer's member, and what `--<member>-only` prints alone. */
  readonly member: "key" | "token";
  /** What is said where the text is not there: the create was made before. */
  readonly lost: string;
}

export function secretOnly(member: SecretAnswer["member"]): Option {
  return { help: `print nothing but the ${member}'s text: for scripts` };
}

export function toSecret({ body }: Answer, given: Given, { member, lost }: SecretAnswer): Said {
  const { [member]: secret, warnings, ...entry } = toItem(body);
  const isAlone = given.has(`${member}-only`);
  const lines = toLines(toReadable(entry));
  const warned = toWarningText(warnings);
  if (secret === undefined) {
    if (isAlone) throw new CommandFailure("refused", lost, body);
    return { json: body, text: () => `${lines}\n\n${lost}${warned}` };
  }
  if (isAlone) return { json: body, text: () => toSafeText(secret) };
  return {
    json: body,
    text: () => `${lines}\n\n${toLines({ [member]: secret })}\n\nThis is shown once.${warned}`,
  };
}
