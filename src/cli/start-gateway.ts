// Serves a prepared gateway on workerd, with the demo origin where that is what it stands in front of, and says what to
// try.

import { rmSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { resolve } from "node:path";
import { startDemoOrigin } from "../../demo/origin.ts";
import { describeActive } from "./active-config.ts";
import { DEMO_ORIGIN_PORT, DEMO_ORIGIN_URL } from "../core/config/demo-origin.ts";
import { ZONE } from "../core/origins/parse-origin.ts";
import { toKib } from "./build-worker.ts";
import { lookForOrigin } from "./look-for-origin.ts";
import { makeLocalToken } from "./local-token.ts";
import { CALLS } from "./own-parts.ts";
import { toServedFolder } from "./paths.ts";
import type { Prepared } from "./prepare-gateway.ts";
import { serveWorker, type ServedWorker } from "./serve-worker.ts";
import type { StartOptions } from "./start-options.ts";

export async function startGateway(
  { port, host, configPath, inspectorPort }: StartOptions,
  prepared: Prepared,
): Promise<ServedWorker> {
  const { origin, gzipBytes, adminPrefix, vars, scriptPath, vainCache } = prepared;
  process.once("exit", () => {
    rmSync(toServedFolder(process.pid), { recursive: true, force: true });
  });
  const persistTo = resolve(`.wrangler/state/${port}`);
  const localToken = makeLocalToken(host);
  const served = await serveWorker({
    scriptPath: resolve(scriptPath),
    hasPage: true,
    port,
    host,
    vars,
    localToken,
    persistTo,
    inspectorPort,
  });
  const hasDemo = await startDemoOriginIfWanted(origin);
  const url = `http://localhost:${served.url.port}`;
  console.log(`Headgate (${toKib(gzipBytes)} gzipped) listens on ${url}`);
  console.log(`in front of ${hasDemo ? "the demo origin" : origin}, with ${configPath}`);
  const missing = hasDemo ? undefined : await lookForOrigin(origin);
  if (missing !== undefined)
    console.log(
      `Note: nothing answers at ${origin} (${missing}): requests get a 502 until it does. ${CALLS.startWith} --origin <url> takes another.`,
    );
  if (served.inspectorUrl !== undefined) console.log(`A debugger may connect to ${served.inspectorUrl.href}`);
  if (origin === ZONE)
    console.log('Note: "zone" needs a zone at Cloudflare; here it asks the host that a request names.');
  if (vainCache !== undefined) console.log(`Note: all works here; deployed, ${vainCache}`);
  console.log(toDashboard(`${url}${adminPrefix}/ui`, { token: served.readToken(), localToken }));
  if (hasDemo) console.log(toAdvice(url, configPath));
  await sayWhatIsActive(served, prepared, configPath);
  // Whoever ends this process ends it by a signal: Node would write nothing then.
  flushCompileCache();
  return served;
}

/** A fragment is sent to no server: the page takes the token out of its address. */
function toDashboard(
  address: string,
  { token, localToken }: { readonly token: string | undefined; readonly localToken: string | undefined },
): string {
  if (token === undefined)
    return "No dashboard: others than this machine reach it, so it needs a token. Set ADMIN_TOKEN in .dev.vars.";
  if (token !== localToken) return `Dashboard: ${address}`;
  return `Dashboard: ${address}#token=${token}\n  (a token for this run; ADMIN_TOKEN in .dev.vars sets one of your own)`;
}

let said: string | undefined;

/** Says, once while it stays so, what was pushed at run time and holds instead of the file, or that the file ended it. */
export async function sayWhatIsActive(
  { url, readToken }: ServedWorker,
  { adminPrefix }: Prepared,
  configPath: string,
): Promise<void> {
  const token = readToken();
  if (token === undefined) return;
  const text = await describeActive({ base: `${url.origin}${adminPrefix}`, token }, configPath);
  if (text !== undefined && text !== said) console.log(`\n${text}`);
  said = text;
}

let hasDemoOrigin = false;

/** Once in a process, however often the gateway is served anew. */
export async function startDemoOriginIfWanted(origin: string): Promise<boolean> {
  if (origin !== DEMO_ORIGIN_URL) return false;
  if (hasDemoOrigin) return true;
  hasDemoOrigin = true;
  try {
    await startDemoOrigin({ port: DEMO_ORIGIN_PORT });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    console.log(`Port ${DEMO_ORIGIN_PORT} is taken: using what listens there as the demo origin.`);
  }
  return true;
}

function toAdvice(url: string, configPath: string): string {
  return `
Try
  curl -i ${url}/json                        an answer with its rate-limit headers
  curl -i ${url}/cacheable                   twice: the second comes from the cache
  curl -s "${url}/search?q=[1-7]"            seven requests under two policies: answers, then 429s
  curl -i -X POST -d hello ${url}/echo       what the origin sees
  curl -N ${url}/events                      server-sent events
  also /slow, /error, and a WebSocket echo at /ws
Your own origin
  ${CALLS.startWith} --origin https://api.example.com     or change \`origin\` in ${configPath}`;
}
