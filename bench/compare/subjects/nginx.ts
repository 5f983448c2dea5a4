// nginx with limit_req and limit_conn, as its documents show them.

import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { nginxServer } from "../../machine/needs.ts";
import { findFreePort, runProcess, waitUntilItListens } from "../../servers/run-process.ts";
import type { Limit, Place, Rules, Running, Subject } from "../subject.ts";

const RELOAD_MS = 500;

export const nginx: Subject = {
  name: "nginx",
  title: "nginx, limit_req",
  algorithm: "leaky bucket with a burst",
  settings: "bench/compare/subjects/nginx.ts",
  needs: [nginxServer],
  addressField: "X-Forwarded-For",
  can: { concurrency: true },
  start,
};

async function start(place: Place, rules: Rules): Promise<Running> {
  const port = await findFreePort();
  const configPath = join(place.folder, "nginx.conf");
  await mkdir(join(place.folder, "logs"), { recursive: true });
  await writeFile(configPath, toConfig(place, rules, port));
  const running = runProcess(["nginx", "-p", place.folder, "-c", configPath, "-e", "stderr"]);
  await waitUntilItListens(running, { host: "127.0.0.1", port }, "nginx");
  const stop = async (): Promise<void> => {
    // Its workers end with it when they are asked, and not when it is killed.
    const { child } = running;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await running.stop();
  };
  const created: Running = {
    ports: [port],
    restart: async (next) => {
      await stop();
      return await start(place, next);
    },
    change: async (next) => {
      await writeFile(configPath, toConfig(place, next, port));
      running.child.kill("SIGHUP");
      // Its new workers say nothing when they begin.
      await wait(RELOAD_MS);
      return created;
    },
    stop,
  };
  return created;
}

/** `burst` is what may be above the rate, and the first request is not. */
const toZone = (name: string, { units, windowMs }: Limit): string =>
  `  limit_req_zone $binary_remote_addr zone=${name}:10m rate=${Math.round((units * 60_000) / windowMs)}r/m;`;
const toRequest = (name: string, { units }: Limit): string =>
  `      limit_req zone=${name}${units === 1 ? "" : ` burst=${units - 1} nodelay`};`;

function toConfig({ originUrl, isTwice = false }: Place, rules: Rules, port: number): string {
  const { general, search, concurrent } = rules;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const limits = [
    toRequest("general", general),
    ...(concurrent === undefined ? [] : [`      limit_conn clients ${concurrent};`]),
  ].join("\n");
  const pass = "      proxy_pass http://origin;\n      proxy_buffering off;";
  return `daemon off;
worker_processes ${isTwice ? 2 : 1};
pid nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
${temporary.map((name) => `  ${name}_temp_path ${name};`).join("\n")}
  set_real_ip_from 127.0.0.1;
  real_ip_header X-Forwarded-For;
${toZone("general", general)}
${search === undefined ? "" : toZone("search", search)}
  limit_conn_zone $binary_remote_addr zone=clients:10m;
  limit_req_status 429;
  limit_conn_status 429;
  upstream origin { server ${new URL(originUrl).host}; }
  server {
    listen 127.0.0.1:${port};
    location / {
${limits}
${pass}
    }
${
  search === undefined
    ? ""
    : `    location = /search {
${limits}
${toRequest("search", search)}
${pass}
    }`
}
  }
}
`;
}
