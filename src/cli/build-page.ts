// Builds the dashboard: ui/ into one HTML file, which asks other hosts for nothing. What is written is the
// Content-Security-Policy that fits it, a line end, and the file in brotli: the Worker sends both as they are.

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { build, type OutputChunk } from "rolldown";
import { toKib } from "./build-worker.ts";
import { collectFiles } from "./collect-files.ts";
import { CommandError } from "./command-error.ts";

const UI_FOLDER = fileURLToPath(new URL("../../ui", import.meta.url));
const BROTLI_BYTES_MAX = 40 * 1_024;

export interface BuiltPage {
  /** What a browser is sent. */
  readonly bytes: number;
  /** What it was made of. */
  readonly files: readonly string[];
}

/** Throws a CommandError when it is too large. */
export async function buildPage(outFile: string): Promise<BuiltPage> {
  const files = [`${UI_FOLDER}/page.html`, `${UI_FOLDER}/page.css`];
  const [script, html, css] = await Promise.all([
    bundleScript(files),
    readFile(`${UI_FOLDER}/page.html`, "utf8"),
    readFile(`${UI_FOLDER}/page.css`, "utf8"),
  ]);
  const style = css.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/\s*\n\s*/g, "\n");
  // Functions: a "$" in what goes in means nothing.
  const page = html
    .replace("<!-- style -->", () => `<style>${style}</style>`)
    .replace("<!-- script -->", () => `<script type="module">${script}</script>`);
  const body = brotliCompressSync(page, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: page.length } });
  if (body.length > BROTLI_BYTES_MAX)
    throw new CommandError(
      `Cannot build: the dashboard has ${toKib(body.length)}, at most ${toKib(BROTLI_BYTES_MAX)} are allowed`,
    );
  await writeFile(outFile, Buffer.concat([Buffer.from(`${toPolicy(script, style)}\n`), body]));
  return { bytes: body.length, files };
}

const toHash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** For browsers: what the page is made of, and its own gateway, and nothing else. */
function toPolicy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${toHash(script)}`,
    `style-src ${toHash(style)}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

async function bundleScript(files: string[]): Promise<string> {
  const { output } = await build({
    input: `${UI_FOLDER}/main.tsx`,
    platform: "browser",
    logLevel: "silent",
    plugins: [collectFiles(files)],
    transform: { jsx: { runtime: "automatic", importSource: "preact" }, target: "es2022" },
    write: false,
    output: { format: "esm", codeSplitting: false, minify: true, comments: false },
  });
  const { code } = output[0] satisfies OutputChunk;
  // It stands inside a script element, which its end tag would end.
  return code.trim().replaceAll(/<\/(?=script)/gi, "<\\/");
}
