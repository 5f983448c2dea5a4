// nginx with limit_req and proxy_pass: what a request costs without a JavaScript runtime.

import { nginxServer } from "../machine/needs.ts";
import { startNginx } from "../servers/nginx.ts";
import { flood } from "../workloads/flood.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

export const nginx: Contender = {
  name: "nginx",
  title: "nginx, limit_req",
  platform: "other",
  serves: "by forwarding",
  workloads: [hotKey, flood],
  needs: [nginxServer],
  start: startNginx,
};
