// Breaks one line of a copy of the project and asks its proof.

import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Mutant, Proof } from "./mutant.ts";

const TIMEOUT_MS = 170_000;

/** What is built, kept or installed. */
const LEFT_OUT: ReadonlySet<string> = new Set([".git", ".wrangler", "dist", "node_modules", "coverage"]);

/** A folder of its own, whose packages are the project's. */
export async function copyProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-mutants-"));
  for (const name of await readdir(".")) {
    if (!LEFT_OUT.has(name)) await cp(name, join(folder, name), { recursive: true });
  }
  await symlink(resolve("node_modules"), join(folder, "node_modules"));
  return folder;
}

/** Throws where the line is not there once: the mutant would say nothing. */
export function breakLine(text: string, { file, from, to }: Pick<Mutant, "file" | "from" | "to">): string {
  const parts = text.split(from);
  if (parts.length !== 2)
    throw new Error(
      `${file} has ${JSON.stringify(from)} ${parts.length - 1} times, and mutants.ts wants it once`,
    );
  return parts.join(to);
}

export type Outcome = "dies" | "lives" | "hangs";

export async function playMutant(folder: string, mutant: Mutant): Promise<Outcome> {
  const path = join(folder, mutant.file);
  const whole = await readFile(path, "utf8");
  await writeFile(path, breakLine(whole, mutant));
  try {
    return await askProof(folder, mutant.proof);
  } finally {
    await writeFile(path, whole);
  }
}

/** Whether a proof holds of what the folder has now. */
export async function askProof(folder: string, proof: Proof): Promise<Outcome> {
  const words =
    "script" in proof
      ? proof.script
      : ["node_modules/vitest/vitest.mjs", "run", "--project", proof.project, ...proof.files];
  const child = spawn(process.execPath, words, { cwd: folder, stdio: "ignore", timeout: TIMEOUT_MS });
  return await new Promise((resolve_, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      resolve_(code === 0 ? "lives" : code === null ? "hangs" : "dies");
    });
  });
}
