// The portal as a consumer's script uses it.

import { expect } from "vitest";
import type { Changed, Changer, Created, Creation } from "../../../src/core/control/control-messages.ts";
import type { Gateway } from "./gateway.ts";
import { PREFIX } from "./admin.ts";
import { newAddress, type Reply, type RequestOptions, send, type Target } from "./client.ts";

/** Whoever has its text. */
export interface Shown {
  readonly text: string;
}

export interface PortalClient {
  readonly bearer: (key: Shown) => RequestOptions;
  /** `path` is below the portal's own. */
  readonly askMe: (key: Shown, path?: string, options?: RequestOptions) => Promise<Reply>;
  readonly post: (key: Shown, path: string, body?: unknown) => Promise<Reply>;
}

export function createPortalClient(gateway: Target): PortalClient {
  const bearer: PortalClient["bearer"] = ({ text }) => ({
    ip: newAddress(),
    fields: [["Authorization", `Bearer ${text}`]],
  });
  const askMe: PortalClient["askMe"] = (key, path = "", options = {}) =>
    send(gateway, `${PREFIX}/me${path}`, { ...bearer(key), ...options });
  return {
    bearer,
    askMe,
    post: (key, path, body = {}) => askMe(key, path, { method: "POST", body: JSON.stringify(body) }),
  };
}

/** A consumer's request for a higher limit of the policy `api`, which counts by two parts: its id. */
export async function makeRequest(gateway: Gateway, consumer: string): Promise<string> {
  const objects = await gateway.getObjects("CONTROL");
  const control = objects.get(objects.idFromName("control")) as unknown as {
    readonly createEntry: (creation: Creation, by: Changer) => Promise<Changed<Created>>;
  };
  const asked = { policy: "api", key: ["*", "/own"], limit: 5_000, reason: "a launch" };
  const body = { ...asked, consumer, state: "open" } as const;
  const by = { who: `consumer:${consumer}`, address: undefined };
  const made = await control.createEntry({ kind: "requests", body }, by);
  if (!made.ok) throw new Error(made.error);
  return made.value.entry.id;
}

export const toCode = (reply: Reply): readonly unknown[] => [reply.status, reply.json()["code"]];

/** What an answer says of a key that was made. */
export function asKey(reply: Reply): Shown & { readonly id: string } {
  const { key, id } = reply.json();
  expect(key, reply.text()).toMatch(/^hg_\w{8}_\w{43}$/);
  return { text: String(key), id: String(id) };
}
