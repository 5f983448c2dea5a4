// One shell for all commands of a guide: what one of them sets, the next ones have.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";

export interface Shell {
  /** Resolves with what the command printed, on both outputs. */
  readonly run: (command: string) => Promise<string>;
  readonly close: () => void;
}

export function openShell(folder: string, env: NodeJS.ProcessEnv): Shell {
  const child = spawn("bash", ["--noprofile", "--norc"], { cwd: folder, env: { ...process.env, ...env } });
  let printed = "";
  let look: (() => void) | undefined;
  let fail: (() => void) | undefined;
  child.once("exit", () => {
    fail?.();
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      printed += text;
      look?.();
    });
  }
  return {
    run: (command) =>
      new Promise((resolve, reject) => {
        const mark = `end-${randomUUID()}`;
        printed = "";
        look = () => {
          const end = printed.indexOf(mark);
          if (end !== -1) resolve(printed.slice(0, end));
        };
        fail = () => {
          reject(new Error(`The shell ended at: ${command}`));
        };
        child.stdin.write(`${command}\nprintf ${mark}\n`);
      }),
    close: () => {
      child.kill();
    },
  };
}
