// What `headgate check` says of a configuration, beside one that is right.

import { checkConfig } from "../../../src/core/config/check-config.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";

export type Given = Readonly<Record<string, unknown>>;

/** Each as "path: message". */
export function check(given: Given): {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
} {
  const parsed = parseConfig({
    origin: "https://api.example.com",
    policies: {},
    routes: [{ path: "/*" }],
    ...given,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const { problems, warnings } = checkConfig(parsed.value);
  const toText = ({ path, message }: { readonly path: string; readonly message: string }): string =>
    `${path}: ${message}`;
  return { problems: problems.map(toText), warnings: warnings.map(toText) };
}
