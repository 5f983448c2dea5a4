// The commands that a guide shows with what they print, and how both are compared: times, ids and counts differ from run to
// run, and everything else must not.

import { readCodeBlocks } from "../../test/project/markdown.ts";

export interface Example {
  readonly command: string;
  /** What the guide has below it. */
  readonly shown: string;
}

/** What a guide's reader does by hand, or a program that does not end. */
const BY_HAND = /^(?:npm ci|npm start|npm run deploy|npx wrangler|export |echo )/;

export function readExamples(markdown: string): readonly Example[] {
  const blocks = readCodeBlocks(markdown).filter(({ language }) => language === "console");
  return blocks
    .flatMap(({ text }) => text.split(/^\$ /m).slice(1))
    .map((part) => {
      const [command = "", ...shown] = part.split("\n");
      return { command, shown: shown.join("\n").trim() };
    })
    .filter(({ command }) => !BY_HAND.test(command));
}

/** Lines without what may differ: every number is "0", and so is the random part of a request's id. */
export function toForm(printed: string): readonly string[] {
  const lines = printed.replaceAll("\r", "").trim().split("\n");
  return lines.map((line) =>
    line
      .replaceAll(/(?<="requestId":")[\w-]+/g, "id")
      .replaceAll(/\d+/g, "0")
      .replaceAll(/\b0 (?:ms|s|min|h|d)\b(?: 0 (?:s|min|h)\b)?/g, "0 s")
      .replaceAll(/ {2,}/g, "  ")
      .trim(),
  );
}
