// A stand-in for GitHub's REST API: pages by Link, ETags, private answers, and a count of what it counts: everything but
// what it confirms.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const PAGES = 5;

export interface GitHubApi {
  readonly url: string;
  readonly counted: () => number;
  readonly confirmed: () => number;
  readonly close: () => void;
}

/** `self` is what links begin with. */
export async function startGitHubApi(self: string): Promise<GitHubApi> {
  let [counted, confirmed] = [0, 0];
  const server = createServer(({ url: target = "/", headers }, response) => {
    const url = new URL(target, self);
    const page = Number(url.searchParams.get("page") ?? 1);
    // Each token has its own.
    const etag = `W/"${createHash("sha256").update(`${headers.authorization} ${target}`).digest("hex")}"`;
    const fields: Record<string, string> = {
      "Cache-Control": "private, max-age=0, s-maxage=0",
      ETag: etag,
      Vary: "Accept, Authorization, Cookie, X-GitHub-OTP",
    };
    if (headers["if-none-match"] === etag) {
      confirmed += 1;
      response.writeHead(304, fields).end();
      return;
    }
    counted += 1;
    if (page < PAGES) {
      url.searchParams.set("page", String(page + 1));
      fields["Link"] = `<${self}/repositories/1${url.search}>; rel="next"`;
    }
    const body = JSON.stringify([
      { id: page, url: `${self}/repos/a/b/issues/${page}`, html_url: "https://github.example/a" },
    ]);
    response.writeHead(200, { ...fields, "Content-Type": "application/json; charset=utf-8" }).end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counted: () => counted,
    confirmed: () => confirmed,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
