// nginx with limit_req in front of the origin: one process of it.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Server, Stand } from "../contenders/contender.ts";
import { toBucketContract } from "../measures/contracts.ts";
import { findFreePort, runProcess, waitUntilItListens } from "./run-process.ts";

export async function startNginx(stand: Stand): Promise<Server> {
  const { folder, pinned, limit } = stand;
  const port = await findFreePort();
  const configPath = join(folder, "nginx.conf");
  await mkdir(join(folder, "logs"), { recursive: true });
  await writeFile(configPath, toNginxConfig(stand, port));
  const running = runProcess([...pinned, "nginx", "-p", folder, "-c", configPath, "-e", "stderr"]);
  await waitUntilItListens(running, { host: "127.0.0.1", port }, "nginx");
  return { port, processIds: [running.id], toAllowed: toBucketContract(limit), stop: running.stop };
}

/** `burst` is what may be above the rate, and the first request is not. */
function toNginxConfig({ originUrl, limit }: Stand, port: number): string {
  const perSecond = Math.floor((limit.units * 1e3) / limit.windowMs);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `daemon off;
master_process off;
pid nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
${temporary.map((name) => `  ${name}_temp_path ${name};`).join("\n")}
  keepalive_requests 100000000;
  keepalive_timeout 1h;
  limit_req_zone $http_cf_connecting_ip zone=clients:10m rate=${perSecond}r/s;
  limit_req_status 429;
  upstream origin {
    server ${new URL(originUrl).host};
    keepalive 128;
    keepalive_requests 100000000;
    keepalive_timeout 1h;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      limit_req zone=clients burst=${limit.units - 1} nodelay;
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
}
