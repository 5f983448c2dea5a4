// Measures what a bundle's start-up costs, as a share of what a reference program costs in the same run: a ratio that a busy or a
// slow machine hardly moves. Both are compiled and run in turns, and CPU time is summed, never the clock's.

import { createRequire } from "node:module";
import { compileFunction } from "node:vm";

/** Turns that are counted: their sum is long beside the 4 ms in which many kernels count CPU time. */
const TURNS = 20;
/** Functions of the reference program, which is as long to compile and run as a Worker of some 400 KiB. */
const REFERENCE_FUNCTIONS = 2_000;

/** What the platform gives a Worker and Node does not. */
const PLATFORM = {
  "cloudflare:workers": { DurableObject: Object, WorkerEntrypoint: Object, env: {}, waitUntil: () => {} },
  "cloudflare:sockets": { connect: () => {} },
};

const requireFromNode = createRequire(import.meta.url);
const requireAny = (name: string): unknown =>
  name in PLATFORM ? PLATFORM[name as keyof typeof PLATFORM] : requireFromNode(name);

/** The start-up's CPU time as a share of the reference program's. `source` is a bundle in CommonJS form. */
export function measureStartUp(source: string, turns = TURNS): number {
  const reference = toReference();
  const spent = { reference: 0, bundle: 0 };
  for (let turn = 0; turn <= turns; turn += 1) {
    const [ofReference, ofBundle] = [run(reference), run(source)];
    // The first turn also warms what any program needs.
    if (turn === 0) continue;
    spent.reference += ofReference;
    spent.bundle += ofBundle;
  }
  return spent.bundle / spent.reference;
}

/** Compiles and runs a program anew; returns the microseconds that this thread was on a CPU for it. */
function run(source: string): number {
  // A text of its own: V8 keeps what it has compiled once.
  const text = `${source}\n// ${process.hrtime.bigint()}`;
  const before = process.threadCpuUsage();
  compileFunction(text, ["require", "exports"])(requireAny, {});
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}

/** A program that does what start-ups do: many functions are compiled, and each makes a few small objects. */
function toReference(): string {
  const numbers = Array.from({ length: REFERENCE_FUNCTIONS }, (_, number) => number);
  const functions = numbers.map(
    (n) =>
      `const f${n} = (a, b) => { const o = { a, b, n: ${n} }; for (let i = 0; i < 3; i += 1) o.n += i; return o; };`,
  );
  const calls = numbers.map((n) => `made.set("k${n}", f${n}(${n}, "x"));`);
  return [...functions, "const made = new Map();", ...calls].join("\n");
}
