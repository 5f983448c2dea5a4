// Whether an origin refuses connections. The runtime has the same error for that as for a connection that ended before an
// answer, so once a request has failed it is tried: what is found out then is a name for logs and clients and says nothing
// of whether the request arrived.

import { connect } from "cloudflare:sockets";
import { LruMap } from "../../core/lru-map.ts";
import { readClock } from "../../platform/clock.ts";

/** Longer than a round trip within a continent; who answers later is not called refusing. */
const TIMEOUT_MS = 250;
/** An origin that fails is not asked once more for every request that it fails. */
const KNOWN_MS = 1_000;
const AUTHORITIES_MAX = 100;

const known = new LruMap<string, { readonly isRefusing: boolean; readonly untilMs: number }>(AUTHORITIES_MAX);

/** `authority` is a host and a port. Never throws. */
export async function isRefusing(authority: string): Promise<boolean> {
  const found = known.get(authority);
  if (found !== undefined && readClock() < found.untilMs) return found.isRefusing;
  const refusing = await tryToConnect(authority);
  known.set(authority, { isRefusing: refusing, untilMs: readClock() + KNOWN_MS });
  return refusing;
}

async function tryToConnect(authority: string): Promise<boolean> {
  try {
    const socket = connect(authority);
    const opened = socket.opened.then(
      () => false,
      () => true,
    );
    const late = scheduler.wait(TIMEOUT_MS).then(() => false);
    const refusing = await Promise.race([opened, late]);
    socket.close().catch(() => undefined);
    socket.closed.catch(() => undefined);
    return refusing;
  } catch {
    return false;
  }
}
