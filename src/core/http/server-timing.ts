// The Server-Timing field (https://www.w3.org/TR/server-timing/): what a request waited for at the gateway, for whoever
// looks at it in a browser or a client's trace.

/** `waitedMs` is by what was waited for. Names begin with "gateway-": beside them there may be the origin's own. */
export function toServerTiming(
  waitedMs: Readonly<Record<string, number | undefined>>,
  totalMs: number,
): string {
  let written = "";
  for (const [cause, ms] of Object.entries(waitedMs))
    if (ms !== undefined) written += `gateway-${cause};dur=${ms}, `;
  return `${written}gateway;dur=${totalMs}`;
}
