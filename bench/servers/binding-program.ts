// A program of the comparison: a Worker with Cloudflare's rate limiting binding, which Miniflare simulates. What it does at
// Cloudflare, where each location counts by itself, is not seen here.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle } from "./bundle.ts";
import { readDeployment } from "./deployment.ts";

/** The only two that the binding has, in seconds. */
const PERIODS = [10, 60] as const;

interface Simulated {
  readonly namespace_id: string;
  readonly simple: { readonly limit: number; readonly period: 10 | 60 };
}

function readLimit(name: string, namespace: string): Simulated | undefined {
  const { [`${name}_UNITS`]: units, [`${name}_MS`]: windowMs } = process.env;
  if (units === undefined) return undefined;
  const period = PERIODS.find((seconds) => seconds * 1_000 === Number(windowMs));
  if (period === undefined) throw new Error(`The binding has no period of ${windowMs ?? "?"} ms`);
  return { namespace_id: namespace, simple: { limit: Number(units), period } };
}

const folder = await mkdtemp(join(tmpdir(), "headgate-binding-"));
const file = join(folder, "worker.js");
await bundle(new URL("../workers/ask-binding.ts", import.meta.url), file);
const general = readLimit("GENERAL", "1001");
const search = readLimit("SEARCH", "1002");
const { compatibilityDate } = readDeployment();
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: Number(process.env["PORT"]),
    cf: false,
    modules: true,
    script: await readFile(file, "utf8"),
    compatibilityDate,
    bindings: { ORIGIN_URL: process.env["ORIGIN_URL"] ?? "" },
    ratelimits: {
      ...(general === undefined ? {} : { GENERAL: general }),
      ...(search === undefined ? {} : { SEARCH: search }),
    },
  }),
);
await miniflare.ready;
await rm(folder, { recursive: true });
