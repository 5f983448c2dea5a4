// What a user does in an empty folder, step by step, and what must come of it.

import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { run, serve } from "./shell.ts";

const EXAMPLES_FOLDER = resolve(import.meta.dirname, "../../examples");
const HEADGATE_LISTENS = /listens on (http:\/\/\S+)/;
const WRANGLER_LISTENS = /Ready on (http:\/\/[^\s]+)/;
const AT_ONCE = 100;
const LIMIT = 60;

export interface Step {
  readonly name: string;
  readonly said: string;
}

type Tell = (step: Step) => void;

/** A gateway of one's own: `init`, `dev`, a 200 and a 429, what is checked, and a deploy as far as it goes without an account. */
export async function proveProject(folder: string, tarball: string, tell: Tell): Promise<void> {
  const startedMs = Date.now();
  await run(`npm install ${JSON.stringify(tarball)}`, folder);
  await run("npx headgate init", folder);
  await run("npm install", folder);
  const dev = await serve("npx headgate dev --port 0", folder, HEADGATE_LISTENS);
  try {
    const statuses: number[] = [];
    for (let count = 0; count < 25; count += 1) statuses.push((await fetch(`${dev.url}/json`)).status);
    const refused = await fetch(`${dev.url}/json`);
    const problem = (await refused.json()) as { readonly code?: unknown };
    expect(
      statuses.slice(0, 20),
      Array.from({ length: 20 }, () => 200),
      "the first 20 answers",
    );
    expect([refused.status, problem.code], [429, "quota-exceeded"], "the answer over the limit");
    const wait = Number(refused.headers.get("Retry-After"));
    await new Promise((done) => setTimeout(done, wait * 1_000));
    expect((await fetch(`${dev.url}/json`)).status, 200, "the answer after Retry-After");
  } finally {
    await dev.stop();
  }
  tell({ name: "init, dev: 20 answers, a 429, a 200 after Retry-After", said: since(startedMs) });
  const tested = await run("npm test", folder);
  expect(tested.includes("2 of 2 examples hold"), true, "npm test");
  const config = join(folder, "headgate.config.ts");
  await writeFile(
    config,
    (await readFile(config, "utf8")).replace("http://127.0.0.1:8790", "https://api.example.com"),
  );
  const deployed = await run("npx headgate deploy --dry-run", folder);
  expect(deployed.includes("--dry-run: exiting now"), true, "headgate deploy --dry-run");
  tell({ name: "npm test, deploy --dry-run", said: since(startedMs) });
  await proveOwnEntry(folder);
  tell({ name: "an entry of one's own, which wrangler bundles", said: since(startedMs) });
}

/** As docs/guides/start-a-project.md has it: no rules, no build, and the dashboard goes along. */
async function proveOwnEntry(folder: string): Promise<void> {
  await writeFile(
    join(folder, "entry.ts"),
    'import { createGateway } from "headgate/worker";\nimport config from "./headgate.config.ts";\n\nexport * from "headgate/worker";\nexport default createGateway(config);\n',
  );
  const written = await readFile(join(folder, "wrangler.toml"), "utf8");
  const own = written
    .replace('main = "dist/worker.js"', 'main = "entry.ts"\nminify = true')
    .replace(/^no_bundle = .*\n|^rules = .*\n/gm, "")
    .replace(/^\[build\]\n(?:.+\n)+/m, "");
  await writeFile(join(folder, "own.toml"), own);
  await run("npx wrangler deploy --dry-run --config own.toml --outdir own", folder);
  const files = await readdir(join(folder, "own"));
  expect(files.filter((name) => name.endsWith("-dashboard.bin")).length, 1, "the dashboard in the bundle");
}

/** An existing Worker: types, `wrangler dev`, `wrangler deploy --dry-run`, its tests in workerd. */
export async function proveWorker(
  { framework, folder, tarball }: { framework: "hono" | "itty"; folder: string; tarball: string },
  tell: Tell,
): Promise<void> {
  const startedMs = Date.now();
  await cp(join(EXAMPLES_FOLDER, framework), folder, { recursive: true });
  const path = join(folder, "package.json");
  const text = await readFile(path, "utf8");
  await writeFile(
    path,
    text.replace('"headgate": "^0.1.0"', `"headgate": ${JSON.stringify(`file:${tarball}`)}`),
  );
  await run("npm install", folder);
  const dev = await serve("npx wrangler dev --port 0", folder, WRANGLER_LISTENS);
  try {
    const headers = { "X-Account": "acme" };
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => fetch(`${dev.url}/hello`, { headers })),
    );
    const count = (status: number): number => answers.filter((answer) => answer.status === status).length;
    expect([count(200), count(429)], [LIMIT, AT_ONCE - LIMIT], `${AT_ONCE} at once`);
  } finally {
    await dev.stop();
  }
  tell({ name: `${framework}: wrangler dev, ${AT_ONCE} at once, ${LIMIT} admitted`, said: since(startedMs) });
  await run("npm run types", folder);
  await run("npm test", folder);
  const deployed = await run("npx wrangler deploy --dry-run", folder);
  expect(deployed.includes("--dry-run: exiting now"), true, "wrangler deploy --dry-run");
  const upload = /Total Upload: .*/.exec(deployed)?.[0] ?? "";
  tell({
    name: `${framework}: types, vitest in workerd, deploy --dry-run (${upload})`,
    said: since(startedMs),
  });
}

const since = (startedMs: number): string =>
  `${((Date.now() - startedMs) / 1_000).toFixed(0)} s after npm install began`;

function expect(found: unknown, wanted: unknown, what: string): void {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return;
  throw new Error(`${what}: wanted ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
}
