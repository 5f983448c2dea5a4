// Structured log lines: one JSON object a line, never a secret, never a raw key. Logging can never fail a request.

export interface LogFields {
  readonly [field: string]: string | number | boolean | readonly string[] | undefined;
}

/** Writes one line. `event` names what happened; the rest says where and how long. */
export function writeLog(event: string, fields: LogFields): void {
  try {
    // oxlint-disable-next-line no-console -- the platform's log is the console
    console.log(JSON.stringify({ event, ...fields }));
  } catch {
    // A log line that cannot be written is lost; the request is not.
  }
}
