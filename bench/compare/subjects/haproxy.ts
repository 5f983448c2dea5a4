// HAProxy with stick tables, in the two ways that its documents show: all requests counted, or the admitted ones alone.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { haproxyServer } from "../../machine/needs.ts";
import { findFreePort, runProcess, waitUntilItListens } from "../../servers/run-process.ts";
import type { Limit, Place, Rules, Running, Subject } from "../subject.ts";

type Way = "all" | "admitted";

export const haproxies: readonly Subject[] = [
  createHaproxy("haproxy", "HAProxy, http_req_rate", "all"),
  createHaproxy("haproxy-gpc", "HAProxy, gpc0_rate of the admitted", "admitted"),
];

function createHaproxy(name: string, title: string, way: Way): Subject {
  return {
    name,
    title,
    algorithm: "sliding counter of two windows",
    settings: "bench/compare/subjects/haproxy.ts",
    needs: [haproxyServer],
    addressField: "X-Forwarded-For",
    can: {},
    start: (place, rules) => start(place, rules, way),
  };
}

async function start(place: Place, rules: Rules, way: Way): Promise<Running> {
  const port = await findFreePort();
  const configPath = join(place.folder, "haproxy.cfg");
  await writeFile(configPath, toConfig(place, rules, { port, way }));
  const running = runProcess(["haproxy", "-db", "-f", configPath]);
  await waitUntilItListens(running, { host: "127.0.0.1", port }, "haproxy");
  return {
    ports: [port],
    restart: async (next) => {
      await running.stop();
      return await start(place, next, way);
    },
    stop: running.stop,
  };
}

const toTable = (name: string, { windowMs }: Limit, way: Way): string => {
  const stored = way === "all" ? "http_req_rate" : "gpc0,gpc0_rate";
  return `backend ${name}\n  stick-table type ipv6 size 100k expire ${windowMs * 2}ms store ${stored}(${windowMs}ms)`;
};

function toConfig(
  { originUrl, isTwice = false }: Place,
  { general, search }: Rules,
  { port, way }: { readonly port: number; readonly way: Way },
): string {
  const over = (counter: number, { units }: Limit): string =>
    way === "all" ? `sc_http_req_rate(${counter}) gt ${units}` : `sc_gpc0_rate(${counter}) ge ${units}`;
  const refuse = (counter: number, limit: Limit, condition = ""): string =>
    `  http-request return status 429 content-type text/plain string "Too Many Requests" hdr Retry-After ${Math.ceil(limit.windowMs / 1_000)} if ${condition}{ ${over(counter, limit)} }`;
  const count = way === "all" ? [] : ["  http-request sc-inc-gpc0(0)"];
  const isSearch = "{ path /search } ";
  return `global
  nbthread ${isTwice ? 2 : 1}
defaults
  mode http
  option abortonclose
  timeout connect 2s
  timeout client 30s
  timeout server 30s
${toTable("clients", general, way)}
${search === undefined ? "" : toTable("searchers", search, way)}
frontend all
  bind 127.0.0.1:${port}
  http-request set-src hdr(X-Forwarded-For)
  http-request track-sc0 src table clients
${search === undefined ? "" : `  http-request track-sc1 src table searchers if ${isSearch}`}
${refuse(0, general)}
${search === undefined ? "" : refuse(1, search, isSearch)}
${[...count, ...(search === undefined || way === "all" ? [] : [`  http-request sc-inc-gpc0(1) if ${isSearch}`])].join("\n")}
  default_backend origin
backend origin
  server origin ${new URL(originUrl).host}
`;
}
