// A client that writes paths and fields as they are, one connection a request, and notes when.

import { type IncomingHttpHeaders, request } from "node:http";

/** What hangs longer than this is said to hang. */
export const HANGS_MS = 3_000;

export interface Asked {
  readonly ip: string;
  /** In which the subject takes the address. */
  readonly addressField: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly path?: string;
}

export interface Reply {
  /** 0: none came in time, or the connection was reset. */
  readonly status: number;
  readonly fields: IncomingHttpHeaders;
  readonly body: string;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}

export function send(port: number, { ip, addressField, fields, path = "/" }: Asked): Promise<Reply> {
  const sentAtMs = performance.now();
  return new Promise((resolve) => {
    const end = (status: number, found: IncomingHttpHeaders = {}, body = ""): void => {
      resolve({ status, fields: found, body, sentAtMs, answeredAtMs: performance.now() });
    };
    const sent = request(
      { host: "127.0.0.1", port, path, agent: false, headers: { [addressField]: ip, ...fields } },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("end", () => end(response.statusCode ?? 0, response.headers, body));
        response.on("error", () => end(0));
      },
    );
    sent.setTimeout(HANGS_MS, () => sent.destroy());
    sent.on("error", () => end(0));
    sent.end();
  });
}

export const isAdmitted = ({ status }: Reply): boolean => status === 200;
