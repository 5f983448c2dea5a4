// The files of a checkout that commands read. A package has own-files.ts of tools/package in place of this file.

import { fileURLToPath } from "node:url";

const toPath = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What becomes the Worker, with the configuration inside. */
export const WORKER_ENTRY = toPath("../index.ts");
/** Of this version of Headgate. */
export const PACKAGE_FILE = toPath("../../package.json");
/** What a project begins with that `init` makes. */
export const TEMPLATE_FOLDER = toPath("template");
