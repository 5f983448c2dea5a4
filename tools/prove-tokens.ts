// `npm run prove:tokens`: limits by tokens in front of a stand-in of a language model's API. Ends with 1 when a promise is
// broken.

import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { playClients } from "./prove-tokens/clients.ts";
import { playMixed } from "./prove-tokens/mixed.ts";
import { playPaced } from "./prove-tokens/paced.ts";
import { measureSpeed } from "./prove-tokens/speed.ts";
import { playStrange } from "./prove-tokens/strange.ts";
import { playWindows } from "./prove-tokens/windows.ts";

const LATER_MS_MAX = 50;
/** A stream that is read, against one that is passed on. */
const CPU_RATIO_MAX = 1.2;
const SECOND_MS_MAX = 1_000;

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "1000" },
    seconds: { type: "string", default: "25" },
    strange: { type: "string", default: "500" },
    chunks: { type: "string", default: "10000" },
  },
});

function readCount(name: keyof typeof values): number {
  const count = Number(values[name]);
  if (Number.isSafeInteger(count) && count >= 1 && count <= 1_000_000) return count;
  throw new CommandError(`Cannot prove: --${name} must be a whole number from 1 to 1000000`);
}

async function proveCounts(): Promise<readonly string[]> {
  const mixed = await playMixed(readCount("calls"));
  const { calls, provider, gateway, afterRestart, underWay, above, aboveMax } = mixed;
  console.log(
    `a kill among calls, of which ${underWay} were under way or had just ended: ${above} tokens are counted above the provider's, of ${aboveMax} that were reserved`,
  );
  console.log(
    `${calls} calls of all kinds, and of those since that kill the provider counts ${provider} tokens, the gateway ${gateway}, and after another kill ${afterRestart}`,
  );
  return [
    ...(provider === gateway ? [] : ["the gateway counts what the provider does"]),
    ...(afterRestart === provider ? [] : ["a restart finds exactly what was used"]),
    ...(above >= 0 ? [] : [`nothing that was used is forgotten: ${-above}`]),
    ...(above <= aboveMax ? [] : [`what was under way counts its estimate at most: ${above}`]),
  ];
}

async function proveClients(): Promise<readonly string[]> {
  const played = await playClients();
  for (const { name, broken } of played)
    console.log(`a stream as ${name} reads it: ${broken === "" ? "whole, with its usage" : broken}`);
  return played.some(({ broken }) => broken !== "") ? ["streams arrive whole, with their usage"] : [];
}

async function proveWindows(): Promise<readonly string[]> {
  const seen = await playWindows(readCount("seconds"));
  const { most, inFlight, refusedUpstream, answered, slowestOfSecondMs, secondRefused } = seen;
  const asked = answered + refusedUpstream;
  console.log(
    `1,000 tokens in 10 s: at most ${most} in a window, ${answered} calls answered; refused upstream ${refusedUpstream} of ${asked}, of 18 ${((refusedUpstream * 18) / asked).toFixed(1)}`,
  );
  console.log(`the other team: ${slowestOfSecondMs.toFixed(0)} ms at most, ${secondRefused} refused`);
  return [
    ...(most > 1_000 + inFlight ? [`a window has at most 1,000 and what is in flight: ${most}`] : []),
    ...(answered < 18 ? [`the first team has 18 calls answered: ${answered}`] : []),
    ...(refusedUpstream * 18 > asked ? [`the provider refuses at most 1 of 18: ${refusedUpstream}`] : []),
    ...(slowestOfSecondMs > SECOND_MS_MAX || secondRefused > 0 ? ["no team holds up another"] : []),
  ];
}

async function provePaced(): Promise<readonly string[]> {
  const played = await playPaced();
  for (const { api, calls, answered, refusedUpstream, seconds } of played)
    console.log(
      `by what a provider says alone, in ${api}'s words: ${answered} of ${calls} calls answered in ${seconds.toFixed(0)} s, refused upstream ${refusedUpstream}`,
    );
  const isRight = played.every(
    ({ calls, answered, refusedUpstream }) => answered === calls && refusedUpstream <= 1,
  );
  return isRight ? [] : ["calls are paced by the tokens that a provider says are left"];
}

async function proveStrange(): Promise<readonly string[]> {
  const { calls, changed, hung, crashes } = await playStrange(readCount("strange"));
  console.log(
    `${calls} strange answers: ${changed} changed on their way, ${hung} without an end, ${crashes} crashes`,
  );
  return changed + hung + crashes > 0 ? ["strange answers pass as they are"] : [];
}

async function proveSpeed(): Promise<readonly string[]> {
  const { directFirstMs, throughFirstMs, plainMs, asked, unasked } = await measureSpeed(readCount("chunks"));
  const ratio = Math.max(asked, unasked);
  console.log(`first token: ${directFirstMs.toFixed(1)} ms direct, ${throughFirstMs.toFixed(1)} ms through`);
  console.log(
    `CPU of ${values.chunks} chunks: ${plainMs.toFixed(0)} ms passed on, ${asked.toFixed(2)} times as much where usage is read, ${unasked.toFixed(2)} where it is asked for and taken out`,
  );
  return [
    ...(throughFirstMs - directFirstMs > LATER_MS_MAX ? ["the first token comes within 50 ms"] : []),
    ...(ratio > CPU_RATIO_MAX ? [`reading costs at most ${CPU_RATIO_MAX} times: ${ratio.toFixed(2)}`] : []),
  ];
}

await runCommand(async () => {
  const broken: string[] = [];
  for (const prove of [proveClients, proveCounts, proveStrange, proveSpeed, proveWindows, provePaced])
    broken.push(...(await prove()));
  if (broken.length > 0) throw new CommandError(`Cannot prove that ${broken.join("; ")}`);
  console.log("All promises hold.");
});
