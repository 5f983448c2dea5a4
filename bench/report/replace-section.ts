// The parts of a document that programs write: between two comments, `<!-- name:begin -->` and `<!-- name:end -->`.

import { CommandError } from "../../src/cli/command-error.ts";

/** The document with another body between the comments. Throws a CommandError where they are not. */
export function replaceSection(
  document: string,
  { name, body }: { readonly name: string; readonly body: string },
): string {
  const begin = `<!-- ${name}:begin -->`;
  const end = `<!-- ${name}:end -->`;
  const bodyStart = document.indexOf(begin) + begin.length;
  const bodyEnd = document.indexOf(end, bodyStart);
  if (!document.includes(begin) || bodyEnd === -1)
    throw new CommandError(`Cannot write section "${name}": the document has no ${begin} before a ${end}`);
  return `${document.slice(0, bodyStart)}\n\n${body.trim()}\n\n${document.slice(bodyEnd)}`;
}
