// Sends hostile requests to two gateways of its own, half of them to the admin API of one and half as credentials to the
// other, and counts what they answer. The same seed makes the same inputs.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import fc from "fast-check";
import type { ServedWorker } from "../../src/cli/serve-worker.ts";
import { createAdminInputs, type Operation, TOKENS } from "./admin-inputs.ts";
import { toAdminConfig, toCredentialConfig } from "./configurations.ts";
import { createCredentialInputs, JWT_SECRET } from "./credential-inputs.ts";
import type { Input } from "./input.ts";
import { serveConfig } from "./serve-config.ts";
import { startOrigin } from "./start-origin.ts";
import { createSender, Tally } from "./send-inputs.ts";

const BATCH = 250;
const PREFIX = "/__headgate/v1";
// Inside the checkout, so that the configuration's import resolves.
const FOLDER = resolve(import.meta.dirname, "../../dist/fuzz");

/** What the admin API documents; a 500 or a 503 is none of it while everything works. */
const ADMIN_STATUSES = new Set([200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 412, 413, 422, 428, 429]);
/** A 503 says that the public key of an issuer is none, as it is here. */
const isCredentialStatus = (status: number): boolean => (status >= 200 && status < 500) || status === 503;

export interface Fuzzed {
  readonly tally: Tally;
  /** Lines of the gateways' logs that tell of a fault in the code. */
  readonly crashes: readonly string[];
}

export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  readonly onProgress?: (sent: number) => void;
}

export async function fuzz({ inputs, seed, onProgress = () => undefined }: FuzzOptions): Promise<Fuzzed> {
  const tally = new Tally();
  const crashes: string[] = [];
  const onLog = (line: string): void => {
    if (line.includes('"crashed"')) crashes.push(line);
  };
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, "run-"));
  const origin = await startOrigin();
  const gateways: ServedWorker[] = [];
  const serve = async (name: string, config: object): Promise<ServedWorker> => {
    const vars = { ...TOKENS, JWT_SECRET, JWT_PUBLIC_KEY: "no PEM" };
    const gateway = await serveConfig({ folder, name, config, vars, onLog });
    gateways.push(gateway);
    return gateway;
  };
  const half = Math.ceil(inputs / 2);
  const course = { tally, seed, onProgress };
  try {
    const adminConfig = toAdminConfig(origin.url);
    const admin = await serve("admin", adminConfig);
    const guarded = await serve("guarded", toCredentialConfig(origin.url));
    const arbitraries = [
      createAdminInputs(await readOperations(admin.url), adminConfig),
      createCredentialInputs(await createKey(guarded.url)),
    ] as const;
    const isAdminStatus = (status: number): boolean => ADMIN_STATUSES.has(status);
    await Promise.all([
      sendAll(arbitraries[0], { ...course, count: half, url: admin.url, isAllowed: isAdminStatus }),
      sendAll(arbitraries[1], {
        ...course,
        count: inputs - half,
        url: guarded.url,
        isAllowed: isCredentialStatus,
      }),
    ]);
    // They serve on: whatever was left behind, the next one is answered.
    await readOperations(admin.url);
    await createKey(guarded.url);
    return { tally, crashes };
  } finally {
    await Promise.all(gateways.map(async ({ close }) => close()));
    origin.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Course {
  readonly tally: Tally;
  readonly seed: number;
  readonly onProgress: (sent: number) => void;
  readonly count: number;
  readonly url: URL;
  readonly isAllowed: (status: number) => boolean;
}

/** The next batch is made while one is on its way. */
async function sendAll(arbitrary: fc.Arbitrary<Input>, course: Course): Promise<void> {
  const { tally, seed, count, url, isAllowed, onProgress } = course;
  const sender = createSender({ port: Number(url.port), isAllowed });
  let underWay = Promise.resolve();
  for (let made = 0; made < count; made += BATCH) {
    const inputs = fc.sample(arbitrary, { numRuns: Math.min(BATCH, count - made), seed: seed + made });
    await underWay;
    onProgress(tally.sent);
    underWay = sender.send(inputs, tally);
  }
  await underWay;
  sender.close();
}

const authorized = { Authorization: `Bearer ${TOKENS.ADMIN_TOKEN}` };

async function readOperations(url: URL): Promise<readonly Operation[]> {
  const response = await fetch(new URL(`${PREFIX}/openapi.json`, url), { headers: authorized });
  const { paths } = (await response.json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly requestBody?: object }>>>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      path: `${PREFIX}${path}`,
      method: method.toUpperCase(),
      hasBody: requestBody !== undefined,
    })),
  );
}

async function createKey(url: URL): Promise<string> {
  const body = JSON.stringify({ consumer: "known", tier: "pro" });
  const response = await fetch(new URL(`${PREFIX}/keys`, url), { method: "POST", headers: authorized, body });
  const { key } = (await response.json()) as { readonly key?: unknown };
  if (typeof key === "string") return key;
  throw new Error(`No key: ${response.status}`);
}
