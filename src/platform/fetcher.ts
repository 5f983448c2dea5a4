// Bindings that are asked for what a request is for: another Worker, static assets, a private network, a client certificate, a
// bucket.

import { env } from "cloudflare:workers";
import { fetchFromBucket } from "./fetch-from-bucket.ts";

export type Fetching = typeof fetch;

interface Named {
  readonly kind: string;
  readonly name: string;
}

/** undefined: the deployment has no binding of this name, or one that cannot be asked. */
export function findFetcher({ kind, name }: Named): Fetching | undefined {
  const binding = (env as unknown as Readonly<Record<string, Partial<Fetcher & R2Bucket> | undefined>>)[name];
  if (kind === "r2") {
    const isBucket = typeof binding?.get === "function" && typeof binding.head === "function";
    return isBucket
      ? (input, init) => fetchFromBucket(binding as R2Bucket, new Request(input, init))
      : undefined;
  }
  // Of a binding every name is a method that is called elsewhere: it has to be called on it.
  return typeof binding?.fetch === "function" ? (binding as Fetcher).fetch.bind(binding) : undefined;
}
