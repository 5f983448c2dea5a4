// Nanoseconds since the epoch as text: as a number they would lose their last digits.

import { type LogLine, toTimeMs } from "../log-line.ts";

export function toUnixNano(line: Pick<LogLine, "time">): string {
  return `${toTimeMs(line)}000000`;
}
