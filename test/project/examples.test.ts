// Every example in every document: a configuration is right, JSON is JSON, and a command is one that there is.

import { transformSync } from "rolldown/utils";
import { expect, test } from "vitest";
import { commands } from "../../src/cli/headgate/commands.ts";
import { parseArguments } from "../../src/cli/headgate/parse-arguments.ts";
import { evaluate, toProblems } from "./evaluate-example.ts";
import { inConfig } from "./example-places.ts";
import { documents, readCodeBlocks, readText } from "./markdown.ts";

const { scripts } = JSON.parse(readText("package.json")) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const blocks = documents.flatMap((path) =>
  readCodeBlocks(readText(path)).map((block) => ({ path, language: block.language, text: block.text })),
);
const withLanguage = (pattern: RegExp): typeof blocks =>
  blocks.filter(({ language }) => pattern.test(language));

/** Code around a configuration, or without one: it need only be TypeScript. */
const isProgram = (text: string): boolean =>
  /^(?:import|export|const|declare|type) /m.test(text) && !text.includes("defineConfig(");

/** Of other people's programs; diagrams have none. */
const OTHERS = new Set(["", "csv", "html", "js", "nginx", "promql", "sql", "text", "toml", "yaml"]);
/** What the tests here read. */
const READ = new Set(["console", "json", "sh", "ts"]);

test("every block of code is in a language that a test here reads, or in one of others", () => {
  const languages = [...new Set(blocks.map(({ language }) => language))];
  expect(languages.filter((language) => !READ.has(language) && !OTHERS.has(language))).toEqual([]);
});

test.each(withLanguage(/^ts$/))("a configuration in $path is right: $text", ({ text }) => {
  if (isProgram(text)) expect(transformSync("example.ts", text).errors).toEqual([]);
  else expect(toProblems(inConfig(evaluate(text)))).toEqual([]);
});

test.each(withLanguage(/^json$/))("JSON in $path is JSON: $text", ({ text }) => {
  expect(() => {
    JSON.parse(text);
  }).not.toThrow();
});

test.each(documents)("%s calls only commands and scripts that there are", (path) => {
  const shell = withLanguage(/^(?:sh|console)$/).filter((block) => block.path === path);
  for (const { text } of shell) {
    for (const [, call = ""] of text.matchAll(/(?:npx headgate|headgate --) ([^\n#|&)<>]+)/g)) {
      const argv = [...call.trim().matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)];
      const parsed = parseArguments(
        argv.map(([, ...forms]) => forms.join("")),
        commands,
      );
      expect(parsed.command?.name, call).toBeDefined();
    }
  }
  const named = readText(path).matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g);
  for (const [, run, lifecycle] of named) expect(scripts).toHaveProperty([run ?? lifecycle ?? ""]);
});
