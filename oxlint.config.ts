// What the linter refuses. The rules for imports follow the floors of the code.

import { defineConfig } from "oxlint";
import { toLintRules } from "./tools/floors.ts";

export default defineConfig({
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "promise"],
  categories: {
    correctness: "error",
    suspicious: "error",
    perf: "error",
  },
  options: { typeAware: true },
  ignorePatterns: ["dist", "node_modules", "worker-configuration.d.ts", "src/core/config/config-input.ts"],
  rules: {
    "eslint/complexity": ["error", { max: 12 }],
    "eslint/max-lines": ["error", { max: 300 }],
    "eslint/max-lines-per-function": ["error", { max: 70 }],
    "eslint/no-param-reassign": "error",
    "eslint/eqeqeq": "error",
    "eslint/no-var": "error",
    "eslint/prefer-const": "error",
    "eslint/no-console": "error",
    "eslint/no-await-in-loop": "off",
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/explicit-module-boundary-types": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-unsafe-type-assertion": "off",
    "import/no-cycle": "error",
    "import/no-unassigned-import": "off",
    "unicorn/no-array-sort": "off",
    "import/no-named-as-default-member": "off",
  },
  overrides: [
    ...toLintRules(),
    {
      files: ["src/core/**/*.ts"],
      rules: {
        "eslint/no-restricted-globals": [
          "error",
          "Date",
          "Math.random",
          "fetch",
          "Headers",
          "URL",
          "Request",
          "Response",
          "crypto",
          "console",
          "setTimeout",
        ],
      },
    },
    {
      files: ["src/cli/**/*.{js,ts}", "tools/**/*.{js,ts}", "bench/**/*.ts", "demo/**/*.ts"],
      rules: {
        "eslint/no-console": "off",
      },
    },
    {
      // A page's tables and charts are made of tens of rows, each a list of its own.
      files: ["ui/**/*.tsx"],
      rules: {
        "oxc/no-map-spread": "off",
      },
    },
    {
      files: ["test/**/*.ts"],
      rules: {
        "eslint/max-lines-per-function": "off",
        "typescript/explicit-module-boundary-types": "off",
        "unicorn/consistent-function-scoping": "off",
      },
    },
  ],
});
