// Clients that know nothing of an API's budget, sent at it all at once: every call is served in the end, in the time that the
// budget allows.

import { WebClient } from "@slack/web-api";
import axios from "axios";
import got from "got";
import { Stripe } from "stripe";
import type { PacedRules } from "./paced-api.ts";
import type { Stand } from "./stand.ts";
import { type Promised, toPromised } from "./promised.ts";

const CALLS = 25;
/** Over a budget of three quarters of them. */
const LARGE_CALLS = 80;
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
    const share = ms / toShortestMs(CALLS, pacedRules);
    played.push(toAtMost(`calls of ${client} refused by the API`, 1, paced.refused() - before));
    if (client === "got")
      played.push(toAtMost("their time, of the shortest that is possible", SLACK_SHARE, share));
  }
  return [...played, ...(await playLarge(stand, key, answers)), ...(await playPages(stand, key, answers))];
}

/** More calls than a budget has, at once: those over it wait for the next window. Where time is not promised, nothing is new in it. */
async function playLarge(stand: Stand, key: string, answers: string[]): Promise<readonly Promised[]> {
  const { gateway, large, largeRules } = stand;
  if (!stand.isTimed) return [];
  const headers = { authorization: `Bearer ${key}` };
  const startMs = performance.now();
  const replies = await Promise.allSettled(
    Array.from({ length: LARGE_CALLS }, (_, at) => got(`${gateway}/large/${at}`, { headers }).json()),
  );
  const ms = performance.now() - startMs;
  answers.push(...replies.map((reply) => JSON.stringify(reply)));
  const served = replies.filter(({ status }) => status === "fulfilled").length;
  const what = `of ${LARGE_CALLS} calls over a budget of ${largeRules.limit}`;
  const share = ms / toShortestMs(LARGE_CALLS, largeRules);
  return [
    toPromised(`served ${what}`, LARGE_CALLS, served),
    toAtMost(`refused by the API ${what}`, 1, large.refused()),
    toAtMost("their time, of the shortest that is possible", SLACK_SHARE, share),
  ];
}

/** What is over the limit waits for whole windows. */
function toShortestMs(calls: number, { limit, windowMs }: PacedRules): number {
  return (Math.ceil(calls / limit) - 1) * windowMs;
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
  const figure = String(Math.round(seen * 1_000) / 1_000);
  return { what, wanted: `at most ${most}`, seen: seen <= most ? `at most ${most}` : figure, figure };
}
