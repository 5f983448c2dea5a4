// `npm run prove:package`: packs Headgate, installs it in empty folders as a user would, and uses it there. It needs a package
// registry, which npm's own settings name. An argument names one folder of the three: project, hono, itty.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildPackage } from "./package/build-package.ts";
import { proveProject, proveWorker, type Step } from "./prove-package/folders.ts";
import { run } from "./prove-package/shell.ts";

const [only] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "headgate-package-"));
const tell = ({ name, said }: Step): void => {
  console.log(`ok  ${name}: ${said}`);
};
const makeFolder = async (name: string): Promise<string> => {
  const path = join(folder, name);
  await mkdir(path);
  return path;
};

try {
  const built = resolve("dist/package");
  await buildPackage(built);
  const packed = await run(
    `npm pack ${JSON.stringify(built)} --pack-destination ${JSON.stringify(folder)}`,
    folder,
  );
  const name = /headgate-\S+\.tgz$/m.exec(packed.trim())?.[0] ?? "";
  const tarball = join(folder, name);
  console.log(`ok  packed ${name}, on Node ${(await run("node --version", folder)).trim()}`);
  if (only === undefined || only === "project")
    await proveProject(await makeFolder("project"), tarball, tell);
  for (const framework of ["hono", "itty"] as const)
    if (only === undefined || only === framework)
      await proveWorker({ framework, folder: await makeFolder(framework), tarball }, tell);
} finally {
  await rm(folder, { recursive: true, force: true });
}
