// Clients that leave in the middle of an answer: whether the origin is still protected.

import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { NOT_ASKED } from "../cell.ts";
import type { Probe, Tried } from "../probe.ts";

const RULES = { general: { units: 1_000, windowMs: 60_000 }, concurrent: 2 };
const CLIENTS = 15;
/** The answer goes on for four seconds. */
const STREAM_MS = 4_000;

export const abandoned: Probe = {
  name: "abandoned",
  title: "In flight at the origin, limit 2, after 15 resets; permit back after RST; after FIN",
  explanation:
    "Clients read the head of a stream of four seconds and leave, by a reset or by a plain close. At most 2 in flight is right; the seconds are until the next request is admitted.",
  run: async ({ subject, start, readInFlight }) => {
    if (subject.can.concurrency !== true) return NOT_ASKED;
    const tried = await start(RULES);
    const { addressField } = subject;
    let most = 0;
    for (let at = 0; at < CLIENTS; at += 1) {
      const goAway = await arrive(tried, { ip: "192.0.2.61", addressField, how: "RST" });
      most = Math.max(most, await readInFlight());
      goAway();
    }
    if (most === 0) throw new Error("no request reached the origin: nothing was tried");
    await wait(STREAM_MS + 500);
    const seconds = [];
    for (const how of ["RST", "FIN"] as const) {
      const ip = how === "RST" ? "192.0.2.62" : "192.0.2.63";
      const leaving = await Promise.all([0, 1].map(() => arrive(tried, { ip, addressField, how })));
      for (const goAway of leaving) goAway();
      seconds.push(await countSecondsUntilAdmitted(tried, ip));
    }
    const [reset = 0, closed = 0] = seconds;
    return {
      text: `${most}; ${reset.toFixed(1)} s; ${closed.toFixed(1)} s`,
      badness: Math.max(0, most - 2) + reset + closed / 10,
    };
  },
};

interface Leaving {
  readonly ip: string;
  readonly addressField: string;
  readonly how: "RST" | "FIN";
}

/** Resolves when the head has come, or a refusal, with what makes the client leave. */
async function arrive(tried: Tried, { ip, addressField, how }: Leaving): Promise<() => void> {
  const socket: Socket = connect({ host: "127.0.0.1", port: tried.ports[0] });
  socket.on("error", () => undefined);
  socket.write(`GET /slow HTTP/1.1\r\nHost: localhost\r\n${addressField}: ${ip}\r\n\r\n`);
  await new Promise<void>((resolve) => {
    socket.once("data", () => resolve());
    socket.once("close", () => resolve());
    setTimeout(resolve, 1_000);
  });
  await wait(100);
  return () => {
    if (how === "RST") socket.resetAndDestroy();
    else socket.destroy();
  };
}

async function countSecondsUntilAdmitted(tried: Tried, ip: string): Promise<number> {
  const startMs = performance.now();
  while (performance.now() - startMs < STREAM_MS * 2) {
    const { status } = await tried.ask({ ip, path: "/" });
    if (status === 200) break;
    await wait(20);
  }
  return (performance.now() - startMs) / 1_000;
}
