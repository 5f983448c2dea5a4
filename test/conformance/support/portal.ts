// The portal as a consumer's script uses it.

import { expect } from "vitest";
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

export const toCode = (reply: Reply): readonly unknown[] => [reply.status, reply.json()["code"]];

/** What an answer says of a key that was made. */
export function asKey(reply: Reply): Shown & { readonly id: string } {
  const { key, id } = reply.json();
  expect(key, reply.text()).toMatch(/^hg_\w{8}_\w{43}$/);
  return { text: String(key), id: String(id) };
}
