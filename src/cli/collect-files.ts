// The files that a bundle is made of, without those of packages: what to watch.

import { isAbsolute } from "node:path";
import type { Plugin } from "rolldown";

/** Puts them into `files` at the end of a build. Of the whole graph: modules of constants are no part of the output. */
export function collectFiles(files: string[]): Plugin {
  return {
    name: "collect-files",
    buildEnd() {
      for (const id of this.getModuleIds())
        if (isAbsolute(id) && !id.includes("node_modules")) files.push(id);
    },
  };
}
