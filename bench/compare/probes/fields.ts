// What a refusal and an answer say: whether Retry-After is true, which form a reset has, and whether the draft's fields parse.

import { setTimeout as wait } from "node:timers/promises";
import { parseList } from "structured-headers";
import type { Cell } from "../cell.ts";
import type { Reply } from "../client.ts";
import type { Probe, Tried } from "../probe.ts";

const MINUTE_MS = 60_000;

export const retryAfter: Probe = {
  name: "retry-after",
  title: "Retry-After, 2 in 6 s; asked exactly then; a second earlier",
  explanation:
    'One client uses up its limit and asks again when it was told to, one a second earlier. Right: "yes" and "no". An earlier "yes" means that it was told to wait for too long.',
  run: async ({ subject, start }) => {
    const tried = await start({
      general: { units: 2, windowMs: Math.max(6_000, subject.can.windowMs ?? 0) },
    });
    const [exact, early] = await Promise.all([
      askAfter(tried, "192.0.2.31", 0),
      askAfter(tried, "192.0.2.32", 1),
    ]);
    if (exact.said === undefined) return { text: "absent", badness: 2 };
    const text = `${exact.said} s: ${exact.isAdmitted ? "yes" : "no"}; ${early.isAdmitted ? "yes" : "no"}`;
    const whole = Number.isInteger(Number(exact.said)) ? 0 : 0.5;
    return { text, badness: (exact.isAdmitted ? 0 : 1) + (early.isAdmitted ? 0.5 : 0) + whole };
  },
};

async function askAfter(
  tried: Tried,
  ip: string,
  earlierSeconds: number,
): Promise<{ readonly said: string | undefined; readonly isAdmitted: boolean }> {
  let refused = await tried.ask({ ip });
  for (let time = 0; time < 3 && refused.status === 200; time += 1) refused = await tried.ask({ ip });
  const said = refused.fields["retry-after"];
  if (said === undefined) return { said, isAdmitted: false };
  // A moment later: what was said is whole seconds from when it was said.
  await wait(Math.max(0, Number(said) - earlierSeconds) * 1_000 + 50);
  return { said, isAdmitted: (await tried.ask({ ip })).status === 200 };
}

export const fields: Probe = {
  name: "fields",
  title: "X-RateLimit-Reset; RateLimit of the draft, parsed",
  explanation:
    "Of an admitted request: whether the reset is a second of the epoch, a number of seconds or milliseconds; whether RateLimit and RateLimit-Policy are structured lists whose items have the parameters r and t, q and w (draft-ietf-httpapi-ratelimit-headers).",
  run: async ({ start }) => {
    const tried = await start({ general: { units: 5, windowMs: MINUTE_MS } });
    const reply = await tried.ask({});
    const reset = describeReset(reply);
    const draft = describeDraft(reply);
    return { text: `${reset}; ${draft}`, badness: (reset === "none" ? 1 : 0) + (draft === "parses" ? 0 : 1) };
  },
};

function describeReset({ fields: found }: Reply): string {
  const value = Number(found["x-ratelimit-reset"]);
  if (found["x-ratelimit-reset"] === undefined) return "none";
  if (value > 1e11) return "epoch ms";
  return value > 1e8 ? "epoch s" : "seconds left";
}

const has = (text: string, names: readonly string[]): boolean =>
  parseList(text).every(([, parameters]) => names.every((name) => parameters.has(name)));

function describeDraft({ fields: found }: Reply): string {
  const { ratelimit, "ratelimit-policy": policy } = found;
  if (ratelimit === undefined || policy === undefined)
    return found["ratelimit-limit"] === undefined && ratelimit === undefined ? "none" : "an older draft's";
  try {
    return has(String(ratelimit), ["r", "t"]) && has(String(policy), ["q", "w"])
      ? "parses"
      : "an older draft's";
  } catch {
    return "does not parse";
  }
}

export const refusal: Probe = {
  name: "refusal",
  title: "A refusal: status, body, cache",
  explanation: "The content type of a refusal, and its Cache-Control.",
  run: async ({ start }): Promise<Cell> => {
    const tried = await start({ general: { units: 1, windowMs: MINUTE_MS } });
    await tried.ask({});
    const { status, fields: found, body } = await tried.ask({});
    const type = body === "" ? "empty" : (found["content-type"] ?? "no type").split(";")[0];
    return {
      text: `${status} ${type}, ${found["cache-control"] ?? "nothing said"}`,
      badness: status === 429 ? 0 : 1,
    };
  },
};
