// A bar that says how much of the logs was read, how fast, and how long it takes yet: on a terminal's error output alone.

import type { LogTally } from "./read-logs.ts";

const EVERY_MS = 200;
const WIDTH = 24;
/** Of a shorter log nobody waits for the end. */
const LONG_LINES = 100_000;

export interface Progress {
  readonly show: (tally: LogTally) => void;
  readonly end: () => void;
}

export function createProgress(output: NodeJS.WriteStream = process.stderr): Progress {
  if (!output.isTTY) return { show: () => undefined, end: () => undefined };
  const startMs = Date.now();
  let shownMs = 0;
  return {
    show: (tally) => {
      const nowMs = Date.now();
      if (nowMs - shownMs < EVERY_MS) return;
      shownMs = nowMs;
      output.write(`\r\u001b[K${toBar(tally, nowMs - startMs)}`);
    },
    end: () => output.write("\r\u001b[K"),
  };
}

/** How long it took and what it needed, once it is done; undefined for a log that is not long. */
export function toTook(
  { lines }: Pick<LogTally, "lines">,
  { tookMs, peakBytes }: { readonly tookMs: number; readonly peakBytes: number },
): string | undefined {
  if (lines < LONG_LINES) return undefined;
  const rate = Math.round((lines / Math.max(1, tookMs)) * 1_000);
  const megabytes = Math.ceil(peakBytes / 1_000_000);
  return `${lines} lines in ${(tookMs / 1_000).toFixed(1)} s, ${rate} a second; ${megabytes} MB of memory at most`;
}

export function toBar({ lines, bytes, bytesTotal }: LogTally, tookMs: number): string {
  const rate = `${lines} lines, ${Math.round((lines / Math.max(1, tookMs)) * 1_000)} a second`;
  if (bytesTotal === undefined || bytesTotal === 0) return rate;
  const share = Math.min(1, bytes / bytesTotal);
  const filled = Math.round(share * WIDTH);
  const leftSeconds = share === 0 ? 0 : Math.ceil((tookMs * (1 - share)) / share / 1_000);
  const bar = "#".repeat(filled).padEnd(WIDTH, ".");
  return `[${bar}] ${Math.floor(share * 100)} %  ${rate}, ${leftSeconds} s left`;
}
