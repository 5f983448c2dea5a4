// Where a checkout has what the gateway is made of: its sources. A package has them built, and own-parts.ts of tools/package in
// place of this file.

import { fileURLToPath } from "node:url";

export { buildPage } from "./build-page.ts";
export { checkBundle } from "./check-bundle.ts";

const toPath = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What prepares a gateway in a process of its own. */
export const DEV_PREPARE = toPath("dev-prepare.ts");

/** How people call a command here, and how they do before its options. */
export const CALLS = { dev: "npm run dev", startWith: "npm start --" } as const;
