// Whether anything listens where a gateway forwards to, for a note at its start.

import { connect } from "node:net";

const PATIENCE_MS = 2_000;

/** Why nobody could be reached there: a code such as "ECONNREFUSED"; undefined where somebody was, or it is no URL. */
export function lookForOrigin(origin: string): Promise<string | undefined> {
  const url = URL.parse(origin);
  if (url === null) return Promise.resolve(undefined);
  const { protocol, hostname, port } = url;
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((done) => {
    const socket = connect({ host, port: Number(port) || (protocol === "https:" ? 443 : 80) });
    const end = (reason: string | undefined): void => {
      socket.destroy();
      done(reason);
    };
    socket.setTimeout(PATIENCE_MS, () => {
      end("no answer");
    });
    socket.once("connect", () => {
      end(undefined);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      end(error.code ?? error.message);
    });
  });
}
