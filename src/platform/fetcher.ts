// Bindings that fetch: another Worker, static assets, a private network, a client certificate.

import { env } from "cloudflare:workers";

export type Fetching = typeof fetch;

/** undefined: the deployment has no binding of this name, or one that does not fetch. */
export function findFetcher(name: string): Fetching | undefined {
  const binding = (env as unknown as Readonly<Record<string, Partial<Fetcher> | undefined>>)[name];
  // Of a binding every name is a method that is called elsewhere: it has to be called on it.
  return typeof binding?.fetch === "function" ? (binding as Fetcher).fetch.bind(binding) : undefined;
}
