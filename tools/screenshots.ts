// `npm run screenshots`: the pictures of docs/guides/see-what-your-gateway-does.md, taken of the real dashboard in Chromium,
// in front of a real gateway with a few minutes of real traffic. `-- --seconds 60` sends less of it.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { startDemoOrigin } from "../demo/origin.ts";
import { buildPage } from "../src/cli/build-page.ts";
import { buildWorker } from "../src/cli/build-worker.ts";
import { toPagePath } from "../src/cli/paths.ts";
import { serveWorker } from "../src/cli/serve-worker.ts";
import { toConfigSource } from "./screenshots/config.ts";
import { takePictures } from "./screenshots/take-pictures.ts";
import { sendTraffic } from "./screenshots/traffic.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "240" } } });
const TOKEN = "of-the-screenshots";
const folder = resolve("dist/screenshots");
const configPath = resolve(folder, "headgate.config.ts");
const scriptPath = resolve(folder, "worker.js");

const origin = await startDemoOrigin({ port: 0 });
await mkdir(folder, { recursive: true });
await writeFile(configPath, toConfigSource(origin.url));
await buildWorker({ configPath, outFile: scriptPath });
await buildPage(toPagePath(scriptPath));
const gateway = await serveWorker({
  scriptPath,
  hasPage: true,
  port: 0,
  // Whoever is told of alerts is the origin as well.
  vars: { ADMIN_TOKEN: TOKEN, TEAM_SLACK: `${origin.url}/echo`, ONCALL_URL: `${origin.url}/echo` },
  onLog: () => undefined,
});
const url = `http://127.0.0.1:${gateway.url.port}`;
try {
  const forMs = Number(values.seconds) * 1_000;
  console.log(`Sends traffic to ${url} for ${values.seconds} seconds`);
  // The last of it while the pictures are taken: it is live that a page is looked at.
  const traffic = sendTraffic(url, { token: TOKEN, forMs: forMs + 30_000 });
  await new Promise((done) => setTimeout(done, forMs));
  await takePictures(`${url}/__headgate/v1/ui#token=${TOKEN}`);
  await traffic;
} finally {
  await gateway.close();
  await origin.close();
  await rm(folder, { recursive: true, force: true });
}
