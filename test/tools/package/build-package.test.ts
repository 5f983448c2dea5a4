// What the package is made of: as much of it as is quick. `npm run prove:package` installs and uses all of it.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "rolldown";
import { expect, test } from "vitest";
import { buildModule } from "../../../tools/package/build-package.ts";
import { toManifest } from "../../../tools/package/manifest.ts";
import { EXTERNAL } from "../../../src/cli/build-worker.ts";
import { PROJECT_FOLDER } from "../../project/markdown.ts";

/** Of headgate/limiter with its Durable Object, as decision 27 has it. */
const LIMITER_GZIP_BYTES_MAX = 35 * 1_024;

test("headgate/limiter is no larger than its bound, and has what it offers", async () => {
  const folder = await mkdtemp(join(tmpdir(), "headgate-limiter-"));
  try {
    const file = join(folder, "limiter.js");
    await buildModule("src/limiter/index.ts", file);
    const alone = join(folder, "alone.js");
    // As a Worker has it that calls it by itself: each router's middleware is a few lines more.
    await writeFile(alone, `export { CounterObject, createLimiter } from ${JSON.stringify(file)};`);
    const { output: whole } = await build({
      input: file,
      external: EXTERNAL,
      write: false,
      logLevel: "silent",
    });
    expect(whole[0].exports.toSorted()).toEqual(["CounterObject", "createLimiter", "limitHono", "limitItty"]);
    const { output } = await build({
      input: alone,
      external: EXTERNAL,
      write: false,
      logLevel: "silent",
      output: { minify: true, comments: false },
    });
    expect(gzipSync(output[0].code, { level: 9 }).length).toBeLessThanOrEqual(LIMITER_GZIP_BYTES_MAX);
    // Whoever installs it gets no other package by it.
    expect(output[0].imports.toSorted()).toEqual(["cloudflare:workers", "node:crypto"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the package needs one other, and its versions are the checkout's", async () => {
  const checkout = JSON.parse(await readFile(join(PROJECT_FOLDER, "package.json"), "utf8")) as Parameters<
    typeof toManifest
  >[0];
  const { wrangler, rolldown, node } = checkout.devDependencies;
  expect(toManifest(checkout)).toMatchObject({
    name: "headgate",
    version: checkout.version,
    dependencies: { rolldown },
    peerDependencies: { wrangler: `^${wrangler}` },
    devDependencies: { wrangler, node },
  });
});
