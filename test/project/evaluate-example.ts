// The configurations that documents show, as values.

import { runInThisContext } from "node:vm";
import { transformSync } from "rolldown/utils";
import { checkConfig } from "../../src/core/config/check-config.ts";
import { parseConfig } from "../../src/core/config/parse-config.ts";
import type { Options } from "./example-places.ts";

/** The object that a piece of configuration writes: `key: value, ...`, or what a whole file exports. */
export function evaluate(code: string): Options {
  if (!code.includes("defineConfig(")) return run(`({${code}})`) as Options;
  const body = code.replaceAll(/^import .*$/gm, "").replace("export default", "return");
  const read = run(`((defineConfig) => {${body}})`) as (defineConfig: (given: Options) => Options) => Options;
  return read((given) => given);
}

function run(typescript: string): unknown {
  return runInThisContext(transformSync("example.ts", typescript).code);
}

/** What is wrong with it, a line each. */
export function toProblems(given: Options): readonly string[] {
  const parsed = parseConfig(given);
  const problems = parsed.ok ? checkConfig(parsed.value).problems : parsed.error;
  return problems.map(({ path, message }) => `${path}: ${message}`);
}
