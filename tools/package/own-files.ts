// The files of the package that commands read. It stands in place of src/cli/own-files.ts.

import { fileURLToPath } from "node:url";

const toPath = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const WORKER_ENTRY = toPath("../entry.js");
export const PACKAGE_FILE = toPath("../package.json");
export const TEMPLATE_FOLDER = toPath("../template");
