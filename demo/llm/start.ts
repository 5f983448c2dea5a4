// `npm run llm`: the stand-in of a language model's API on its own port, until it is stopped.

import { parseArgs } from "node:util";
import { startProvider } from "./provider.ts";

const TOKENS_MAX = 1_000_000_000;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8792" },
    tokens: { type: "string", default: "2000" },
    seconds: { type: "string", default: "10" },
  },
});

function readNumber(name: keyof typeof values, most: number): number {
  const text = values[name];
  const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw new Error(`--${name} must be a whole number from 1 to ${most}, received ${JSON.stringify(text)}`);
}

try {
  const tokens = readNumber("tokens", TOKENS_MAX);
  const seconds = readNumber("seconds", 86_400);
  const { url } = await startProvider({
    port: readNumber("port", 65_535),
    tokens,
    windowMs: seconds * 1_000,
    tokenMs: 20,
  });
  console.log(
    `The stand-in of a model's API listens on ${url}: ${tokens} tokens in ${seconds} s for each key.`,
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
