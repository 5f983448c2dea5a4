// Watches the files that a server is made of, wherever they are, for `npm run dev`.

import { type FSWatcher, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";

export interface FileWatch {
  /** Watches these from now on, and no others. */
  readonly set: (paths: readonly string[]) => void;
}

/** `onChange` is called when one of them is written, replaced, removed, or there again. */
export function watchFiles(onChange: () => void): FileWatch {
  let watchers: readonly FSWatcher[] = [];
  return {
    set: (paths) => {
      const before = watchers;
      const files = paths.map((path) => resolve(path));
      // A folder may be replaced as a file may: who watches it then watches one that is gone.
      const watched = [...files, ...files.map((path) => dirname(path))];
      const folders = Map.groupBy(watched, (path) => dirname(path));
      watchers = [...folders].flatMap(([folder, inside]) => watchFolder(folder, inside, onChange));
      // After the new ones are there: nothing is missed in between.
      for (const watcher of before) watcher.close();
    },
  };
}

/** A folder, and not a file: a file that is replaced by renaming another is a new one. None where the folder is gone. */
function watchFolder(folder: string, inside: readonly string[], onChange: () => void): readonly FSWatcher[] {
  const names = new Set(inside.map((path) => basename(path)));
  try {
    const watcher = watch(folder, (_event, name) => {
      if (name !== null && names.has(name)) onChange();
    });
    // Its folder is gone: the next set() looks for it again.
    watcher.on("error", onChange);
    return [watcher];
  } catch {
    return [];
  }
}
