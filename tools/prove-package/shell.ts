// Commands as a user types them, in a folder of their own: by a shell, with what they said when they fail.

import { type ChildProcess, exec, spawn } from "node:child_process";
import { promisify } from "node:util";

const OUTPUT_BYTES_MAX = 16 * 1_024 * 1_024;
const LISTENS_MS_MAX = 120_000;

/** As it is outside of this checkout: npm would lend its own packages, and a user has another PATH. */
function toEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name));
  const path = process.env["PATH"] ?? "";
  const separator = process.platform === "win32" ? ";" : ":";
  const outside = path.split(separator).filter((folder) => !folder.includes("node_modules"));
  return { ...Object.fromEntries(own), PATH: outside.join(separator), CI: "1" };
}

/** What it printed. Throws with both outputs where it fails. */
export async function run(command: string, cwd: string): Promise<string> {
  try {
    const options = { cwd, env: toEnvironment(), maxBuffer: OUTPUT_BYTES_MAX };
    const { stdout, stderr } = await promisify(exec)(command, options);
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`${command} failed in ${cwd}:\n${stdout}${stderr}`, { cause: error });
  }
}

export interface Serving {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Runs a command that goes on, until it says where it listens. */
export async function serve(command: string, cwd: string, says: RegExp): Promise<Serving> {
  const isWindows = process.platform === "win32";
  const child = spawn(command, { cwd, env: toEnvironment(), shell: true, detached: !isWindows });
  const stop = (): Promise<void> => end(child, isWindows);
  let output = "";
  const found = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const url = says.exec(output)?.[1];
      if (url !== undefined) found.resolve(url);
    });
  child.once("exit", () => {
    found.reject(new Error(`${command} ended:\n${output}`));
  });
  const late = setTimeout(() => {
    found.reject(new Error(`${command} does not listen:\n${output}`));
  }, LISTENS_MS_MAX);
  try {
    return { url: await found.promise, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(late);
  }
}

/** The shell and all that it started. */
async function end(child: ChildProcess, isWindows: boolean): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = new Promise((done) => child.once("exit", done));
  if (isWindows) spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"]);
  else process.kill(-child.pid, "SIGTERM");
  await ended;
}
