// What real clients do with the APIs of others through the gateway, and what is promised of each.

import { FacebookAdsApi, Page } from "facebook-nodejs-business-sdk";
import { Octokit } from "octokit";
import { playPaced } from "./play-paced.ts";
import { type Promised, toPromised } from "./promised.ts";
import { SECRETS, type Stand } from "./stand.ts";

/** All of them, one after the other: they share the stand-in's budget. */
export async function playAll(stand: Stand): Promise<readonly Promised[]> {
  const [key, other] = [await stand.issueKey("team-a"), await stand.issueKey("team-b")];
  const answers: string[] = [];
  const played = [
    ...(await playPages(stand, key, answers)),
    ...(await playGitHub(stand, key, answers)),
    ...(await playCache(stand, [key, other], answers)),
    ...(await playBatches(stand, key, answers)),
    ...(await playPaced(stand, key, answers)),
  ];
  const around = toPromised("requests past the gateway", 0, stand.around());
  return [...played, around, ...(await findSecrets(stand, answers))];
}

/** Facebook's SDK follows `paging.next` as it is. */
async function playPages({ gateway }: Stand, key: string, answers: string[]): Promise<readonly Promised[]> {
  const api = createFacebook(gateway, key);
  const seen: string[] = [];
  let cursor = await new Page("bakery", {}, undefined, api).getFeed([], { limit: 40 });
  for (;;) {
    answers.push(JSON.stringify(cursor));
    seen.push(...cursor.map(({ id }) => id));
    if (!cursor.hasNext()) break;
    cursor = await cursor.next();
  }
  return [toPromised("items of three pages by Facebook's SDK", 100, new Set(seen).size)];
}

function createFacebook(gateway: string, key: string): FacebookAdsApi {
  // It has Facebook's address written in.
  Object.defineProperty(FacebookAdsApi, "GRAPH", { configurable: true, get: () => gateway });
  return new FacebookAdsApi(key, "en_US", false);
}

/** Octokit follows Link; what has not changed is confirmed, which GitHub does not count. */
async function playGitHub(
  { gateway, github }: Stand,
  key: string,
  answers: string[],
): Promise<readonly Promised[]> {
  const client = new Octokit({ auth: key, baseUrl: `${gateway}/github` });
  const issues = await client.paginate("GET /repos/{owner}/{repo}/issues", {
    owner: "a",
    repo: "b",
    per_page: 1,
  });
  answers.push(JSON.stringify(issues));
  const before = github.counted();
  for (let read = 0; read < 5; read += 1) {
    const reply = await client.request("GET /repos/{owner}/{repo}", { owner: "a", repo: "b" });
    answers.push(JSON.stringify(reply));
  }
  return [
    toPromised("pages by octokit", 5, issues.length),
    toPromised("calls that GitHub counts of five expired reads", 1, github.counted() - before),
  ];
}

async function playCache(
  { gateway }: Stand,
  keys: readonly [string, string],
  answers: string[],
): Promise<readonly Promised[]> {
  const hits: string[] = [];
  for (const key of [keys[0], keys[0], keys[1]]) {
    const reply = await fetch(`${gateway}/v24.0/act_1/insights?access_token=${key}`);
    hits.push(/; hit/.test(reply.headers.get("cache-status") ?? "") ? "hit" : "miss");
    answers.push(JSON.stringify([...reply.headers]), await reply.text());
  }
  return [toPromised("the same by one key twice, and by another", "miss hit miss", hits.join(" "))];
}

/** Sixty calls in three batches, of which a window has room for two thirds. */
async function playBatches(stand: Stand, key: string, answers: string[]): Promise<readonly Promised[]> {
  const api = createFacebook(stand.gateway, key);
  const batch = Array.from({ length: 20 }, (_, at) => ({ method: "GET", relative_url: `item-${at}` }));
  const before = stand.graph();
  const replies = await Promise.all([1, 2, 3].map(() => api.call("POST", [], { batch })));
  answers.push(JSON.stringify(replies));
  const codes = (replies as (readonly { readonly code: number }[])[]).flat().map(({ code }) => code);
  const { refused } = stand.graph();
  return [
    toPromised("calls served in three batches of 20", 60, codes.filter((code) => code === 200).length),
    toPromised("calls refused in them", 0, refused.app - before.refused.app),
  ];
}

async function findSecrets(stand: Stand, answers: readonly string[]): Promise<readonly Promised[]> {
  const texts = [...answers, ...(await stand.readAll())];
  return Object.entries(SECRETS).map(([name, secret]) => {
    const found = texts.filter((text) => text.includes(secret) || text.includes(encodeURIComponent(secret)));
    return toPromised(`texts with ${name}, of ${texts.length}`, 0, found.length);
  });
}
