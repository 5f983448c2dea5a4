// The one list of subjects, in the order of the table.

import type { Subject } from "../subject.ts";
import { cloudflareBinding } from "./cloudflare-binding.ts";
import { haproxies } from "./haproxy.ts";
import { createHeadgate } from "./headgate.ts";
import { hono } from "./hono.ts";
import { nginx } from "./nginx.ts";
import { programs } from "./programs.ts";
import { upstash } from "./upstash.ts";

export const subjects: readonly Subject[] = [
  createHeadgate("headgate", "sliding-window"),
  createHeadgate("headgate-log", "sliding-window-log"),
  createHeadgate("headgate-bucket", "token-bucket"),
  ...programs,
  hono,
  upstash,
  cloudflareBinding,
  nginx,
  ...haproxies,
];
