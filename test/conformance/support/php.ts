// PHP's own server as an origin: it tells how PHP names the fields that it got.

import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { newFolder } from "./gateway.ts";
import { until } from "./until.ts";

const SCRIPT =
  "<?php header('Content-Type: application/json'); echo json_encode($_SERVER, JSON_INVALID_UTF8_SUBSTITUTE);";

export interface Php {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Every path is answered with PHP's $_SERVER, as JSON. Rejects, and says what to install, where there is no PHP. */
export async function startPhp(): Promise<Php> {
  const folder = await newFolder();
  await writeFile(join(folder, "index.php"), SCRIPT);
  const port = await findPort();
  const server = spawn("php", ["-S", `127.0.0.1:${port}`, join(folder, "index.php")], {
    cwd: folder,
    stdio: "ignore",
  });
  const failed = new Promise<never>((_, reject) => {
    server.once("error", (cause) => {
      reject(new Error("PHP cannot be started: .ci/run installs it (apt-get install php-cli)", { cause }));
    });
  });
  const url = `http://127.0.0.1:${port}`;
  const isUp = async (): Promise<boolean> => (await fetch(url).catch(() => undefined))?.ok === true;
  await Promise.race([failed, until("PHP's server", isUp)]);
  return {
    url,
    close: async () => {
      server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One that nobody listens on now: PHP cannot be asked to pick its own. */
async function findPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, "127.0.0.1", resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  return port;
}
