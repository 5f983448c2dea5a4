// Before each file that runs in workerd: files share a workerd process, but nothing that those before have left in it. No Durable
// Object keeps anything; where a test's own time was ahead, the isolate's clock is ahead still, and modules start anew.

import { reset } from "cloudflare:test";
import { vi } from "vitest";
import { readClock } from "../../src/platform/clock.ts";

vi.useRealTimers();
if (readClock() > Date.now()) vi.resetModules();
await reset();
// No test's first object waits for the Worker to be loaded.
await import("./failing-worker.ts");
