// Requests of many kinds sent through a gateway, one after the other, with a log of them in JSON and what the gateway
// answered: what a simulation of that log must say again.

import { Agent, request as openRequest } from "node:http";
import { createRandom } from "../simulate-leases/random.ts";

/** Limits of every kind whose windows outlast a recording: nothing depends on a millisecond more or less. */
export function toRecordedConfig(origin: string): Readonly<Record<string, unknown>> {
  const day = { window: "1d", consistency: "exact" };
  return {
    origin,
    policies: {
      client: { algorithm: "sliding-window-log", limit: 60, key: "ip", ...day },
      plan: {
        algorithm: "token-bucket",
        limit: 24,
        burst: 40,
        key: "header:x-account",
        ...day,
        limits: [{ methods: ["POST"], limit: 12, burst: 10 }],
      },
      path: { algorithm: "sliding-window", limit: 3, key: ["ip", "path"], onMissing: "skip", ...day },
      failures: {
        algorithm: "sliding-window-log",
        limit: 5,
        key: "ip",
        settle: { status: { "2xx": 0 } },
        ...day,
      },
      trial: { algorithm: "sliding-window-log", limit: 3, key: "ip", mode: "shadow", ...day },
      strict: {
        algorithm: "sliding-window-log",
        limit: 10,
        key: "ip",
        ban: { after: 1, window: "1h", for: "1d" },
        ...day,
      },
    },
    routes: [
      { path: "/dear/*", policies: ["client", "plan"], cost: { methods: { POST: 3 }, otherwise: 2 } },
      { path: "/strict", policies: ["strict"], cost: { methods: { POST: 6 }, otherwise: 1 } },
      { path: "/broken", policies: ["client", "failures"] },
      { path: "/inner/*", access: { deny: { addresses: ["192.0.2.0/28"] } }, policies: ["client"] },
      { path: "/items/:id", methods: ["GET"], policies: ["client", "path", "trial"] },
      { path: "/open" },
    ],
  };
}

const PATHS = [
  "/dear/a",
  "/DEAR/a?x=1",
  "/strict",
  "//strict/../strict",
  "/broken",
  "/inner/x",
  "/items/1",
  "/items/%31?q=%20",
  "/items/2",
  "/open",
  "/none",
] as const;

export interface Recorded {
  readonly log: string;
  /** Of each request: its status, and the gateway's code where it refused it. */
  readonly answers: readonly string[];
}

/** The same requests for the same seed. */
export async function record(url: string, count: number, seed = 1): Promise<Recorded> {
  const random = createRandom(seed);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const clients = Math.max(12, Math.ceil(count / 150));
  const pick = (most: number): number => Math.floor(most * random() ** 2);
  const lines: string[] = [];
  const answers: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const path = PATHS[Math.floor(random() * PATHS.length)] ?? "/open";
    const method = random() < 0.2 ? "POST" : "GET";
    const address = `192.0.${pick(3) + 2}.${pick(clients) % 250}`;
    const account = random() < 0.7 ? { "x-account": `account ${pick(clients)}` } : {};
    const time = new Date().toISOString();
    const headers = { ...account, "CF-Connecting-IP": address };
    const { status, code } = await ask(url, { method, path, headers, agent });
    answers.push(code === undefined ? String(status) : `${status} ${code}`);
    lines.push(
      JSON.stringify({
        time,
        method,
        uri: path,
        host: "a.example",
        remote_addr: address,
        status,
        headers: account,
      }),
    );
  }
  agent.destroy();
  return { log: `${lines.join("\n")}\n`, answers };
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent;
}

async function ask(
  url: string,
  { path, ...options }: Asked,
): Promise<{ readonly status: number; readonly code: string | undefined }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = openRequest({ hostname, port, path, ...options }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        body += chunk;
      });
      answer.on("end", () => {
        const isProblem = answer.headers["content-type"]?.startsWith("application/problem+json") === true;
        const code = isProblem ? (JSON.parse(body) as { readonly code?: string }).code : undefined;
        resolve({ status: answer.statusCode ?? 0, code });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}
