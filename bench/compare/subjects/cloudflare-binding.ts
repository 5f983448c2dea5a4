// Cloudflare's rate limiting binding for Workers, which Miniflare simulates with one counter in one process.

import { startProgramSubject } from "../start-program.ts";
import type { Subject } from "../subject.ts";

export const cloudflareBinding: Subject = {
  name: "cloudflare-binding",
  title: "Cloudflare's binding, simulated",
  algorithm: "fixed window",
  settings: "bench/workers/ask-binding.ts",
  addressField: "CF-Connecting-IP",
  // It has periods of 10 and of 60 seconds alone.
  can: { windowMs: 10_000 },
  start: (place, rules) =>
    startProgramSubject(place, rules, {
      program: new URL("../../servers/binding-program.ts", import.meta.url),
      store: "memory",
    }),
};
