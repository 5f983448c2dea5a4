// `npm run prove:dialects`: the real clients of a dozen APIs, each refused by the gateway in its own dialect: for a moment, which
// those that wait wait as told, and for an hour, of which each throws its own error at once. Ends with 1 when one does not.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { alignColumns } from "../src/cli/align-columns.ts";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { serveConfig } from "./fuzz/serve-config.ts";
import { clients } from "./prove-dialects/clients.ts";
import { play, type Played, toMessage } from "./prove-dialects/play.ts";
import { startApis, toConfig } from "./prove-dialects/stand.ts";

// Inside the checkout, so that the configuration's import resolves.
const FOLDER = resolve(import.meta.dirname, "../dist/prove-dialects");
const SHOWN_LENGTH = 90;

const toRow = ({ name, wait, ms, error }: Played): readonly string[] => [
  name,
  wait === "short" ? "2 s" : "1 h",
  `${(ms / 1_000).toFixed(1)} s`,
  error === undefined ? "answered" : toMessage(error).replaceAll(/\s+/g, " ").slice(0, SHOWN_LENGTH),
];

async function playAll(): Promise<readonly Played[]> {
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, "run-"));
  const origin = await startApis();
  const config = toConfig(origin.url);
  const gateway = await serveConfig({ folder, name: "dialects", config, vars: {}, onLog: () => undefined });
  const url = `http://127.0.0.1:${gateway.url.port}`;
  try {
    const ways = clients.flatMap((client) => (["short", "long"] as const).map((wait) => ({ client, wait })));
    return await Promise.all(ways.map(({ client, wait }) => play(client, url, wait)));
  } finally {
    await gateway.close();
    origin.close();
    await rm(folder, { recursive: true, force: true });
  }
}

await runCommand(async () => {
  const played = await playAll();
  console.log(alignColumns([["client", "to wait", "took", "what came of it"], ...played.map(toRow)]));
  const broken = played.filter((one) => one.broken !== "");
  if (broken.length > 0)
    throw new CommandError(
      `Cannot prove that ${broken.map((one) => `${one.name} (${one.wait}) ${one.broken}`).join("; ")}`,
    );
  console.log("All promises hold.");
});
