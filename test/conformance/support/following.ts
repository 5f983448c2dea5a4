// Policies whose limit follows an origin pool, and what of them a client and an operator see.

import { expect } from "vitest";
import { askAdmin } from "./admin.ts";
import { type RequestOptions, send } from "./client.ts";
import type { Gateway } from "./gateway.ts";

export const BASE = 100;
export const MIN = 60;

/** By no more than one request in an hour anything comes back. */
export const toFollowing = (pool: string): object => ({
  algorithm: "sliding-window",
  window: "100h",
  subWindows: 1,
  key: "header:x-client",
  // Of what is leased, a rest of less than a request may be left.
  consistency: pool === "floor" ? "exact" : "auto",
  limit: { base: BASE, min: MIN, follow: pool },
});

export const asClient = (name: string): RequestOptions => ({ fields: [["X-Client", name]] });

export interface Following {
  readonly takes: number;
  readonly follows: { readonly pool: string; readonly mode: string; readonly limits: Record<string, number> };
}

/** What a request there would take, and what its limit comes to. */
export async function explainFollowing(gateway: Gateway, path: string): Promise<Following> {
  const body = { url: `${gateway.url}${path}`, headers: { "x-client": "explained" } };
  const explained = (await askAdmin(gateway, "POST", "/explain", { body })).json() as {
    policies: Following[];
  };
  const [first] = explained.policies;
  if (first === undefined) throw new Error("the route has a policy");
  return first;
}

/** How many requests of one client are admitted before the first that is not. */
export async function countAdmitted(gateway: Gateway, path: string, client: string): Promise<number> {
  const replies = await Promise.all(
    Array.from({ length: BASE + 20 }, () => send(gateway, path, asClient(client))),
  );
  const statuses = replies.map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  return statuses.filter((status) => status === 200).length;
}
