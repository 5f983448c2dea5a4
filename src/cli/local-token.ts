// The admin token of a gateway that only this machine reaches, where its operator has set none: random, for one run, and
// never written to disk. So the dashboard can be opened at once, and by nobody else.

import { randomBytes } from "node:crypto";

type Bindings = Readonly<Record<string, string>>;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;

/** undefined where `host`, the address that is listened on, is reached from elsewhere. */
export function makeLocalToken(host: string): string | undefined {
  return LOOPBACK.test(host) ? randomBytes(24).toString("base64url") : undefined;
}

function hasOwnToken({ ADMIN_TOKEN, ADMIN_READ_TOKEN }: Bindings): boolean {
  return Boolean(ADMIN_TOKEN) || Boolean(ADMIN_READ_TOKEN);
}

/** The operator's own tokens go before it. */
export function addLocalToken(bindings: Bindings, token: string | undefined): Bindings {
  return token === undefined || hasOwnToken(bindings) ? bindings : { ...bindings, ADMIN_TOKEN: token };
}
