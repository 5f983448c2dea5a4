// Clients that know nothing of an API's budget, sent at it all at once: every call is served in the end, in the time that the
// budget allows.

import { WebClient } from "@slack/web-api";
import axios from "axios";
import got from "got";
import { Stripe } from "stripe";
import type { Stand } from "./stand.ts";
import { type Promised, toPromised } from "./promised.ts";

const CALLS = 25;
/** Of the time that the budget allows. */
const SLACK_SHARE = 1.1;

type Calls = readonly [client: string, call: (at: number) => Promise<unknown>];

export async function playPaced(stand: Stand, key: string, answers: string[]): Promise<readonly Promised[]> {
  const { gateway, paced, pacedRules } = stand;
  const played: Promised[] = [];
  for (const [client, call] of listClients(gateway, key)) {
    const before = paced.refused();
    const startMs = performance.now();
    const replies = await Promise.allSettled(Array.from({ length: CALLS }, (_, at) => call(at)));
    const ms = performance.now() - startMs;
    answers.push(...replies.map((reply) => JSON.stringify(reply)));
    const served = replies.filter(({ status }) => status === "fulfilled").length;
    played.push(toPromised(`calls served of ${CALLS} by ${client}`, CALLS, served));
    if (!stand.isTimed) continue;
    const windows = Math.ceil(CALLS / pacedRules.limit) - 1;
    const share = ms / (windows * pacedRules.windowMs);
    played.push(toAtMost(`calls of ${client} refused by the API`, 1, paced.refused() - before));
    if (client === "got")
      played.push(toAtMost("their time, of the shortest that is possible", SLACK_SHARE, share));
  }
  return [...played, ...(await playPages(stand, key, answers))];
}

function listClients(gateway: string, key: string): readonly Calls[] {
  const { hostname, port } = new URL(gateway);
  const headers = { authorization: `Bearer ${key}` };
  const stripe = new Stripe(key, { host: hostname, port, protocol: "http", telemetry: false });
  const slack = new WebClient(key, { slackApiUrl: `${gateway}/slack/` });
  return [
    ["got", (at) => got(`${gateway}/plain/${at}`, { headers }).json()],
    ["axios", async (at) => (await axios.get<unknown>(`${gateway}/plain/${at}`, { headers })).data],
    ["Stripe's SDK", (at) => stripe.customers.create({ name: `n${at}` })],
    ["Slack's SDK", (at) => slack.apiCall("chat.postMessage", { channel: "C1", text: `n${at}` })],
  ];
}

/** got follows Link by itself. */
async function playPages({ gateway }: Stand, key: string, answers: string[]): Promise<readonly Promised[]> {
  const pages: unknown[] = await got.paginate.all(`${gateway}/plain/pages?page=1`, {
    headers: { authorization: `Bearer ${key}` },
    responseType: "json",
    pagination: { transform: ({ body }: { body: unknown }) => [body] },
  });
  answers.push(JSON.stringify(pages));
  return [toPromised("pages by got", 3, pages.length)];
}

/** How much less it was is nothing to promise. */
function toAtMost(what: string, most: number, seen: number): Promised {
  const shown = Math.round(seen * 100) / 100;
  return { what, wanted: `at most ${most}`, seen: seen <= most ? `at most ${most}` : String(shown) };
}
