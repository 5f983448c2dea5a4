// Members that are reached through a binding of the deployment in place of the network: another Worker, static assets, a private
// network, the network with a client certificate, or a bucket. All but the bucket are asked by the binding's own fetch.

import * as v from "valibot";
import type { Problem } from "../result.ts";
import { textLike } from "../schema/primitives.ts";

const BINDING = /^[A-Za-z_]\w{0,63}$/;
const name = v.optional(textLike(BINDING, "must be the name of a binding"));

export const bindingEntries = { service: name, assets: name, vpc: name, certificate: name, r2: name };

export type BindingKind = keyof typeof bindingEntries;
const KINDS: readonly BindingKind[] = ["service", "assets", "vpc", "certificate", "r2"];

export interface MemberBinding {
  readonly kind: BindingKind;
  readonly name: string;
}

/** What requests name where the member has no URL: nobody looks the host up. */
const URLS: Readonly<Partial<Record<BindingKind, string>>> = {
  service: "https://service.internal",
  assets: "https://assets.internal",
  r2: "https://r2.internal",
};

/** Tables of wrangler.toml. */
const TABLES: Readonly<Record<BindingKind, string>> = {
  service: "[[services]]",
  assets: "[assets]",
  vpc: "[[vpc_services]] or [[vpc_networks]]",
  certificate: "[[mtls_certificates]]",
  r2: "[[r2_buckets]]",
};

type Given = Readonly<Record<string, unknown>>;

export function findBinding(given: Given): MemberBinding | undefined {
  for (const kind of KINDS) {
    const named = given[kind];
    if (typeof named === "string") return { kind, name: named };
  }
  return undefined;
}

/** How logs and reports call a member without a URL. */
export function toBindingName(binding: MemberBinding | undefined): string {
  return binding === undefined ? "" : `${binding.kind}:${binding.name}`;
}

/** What the member is asked by where it has no URL; undefined: it needs one. */
export function findOwnUrl(given: Given): string | undefined {
  const binding = given["url"] === undefined ? findBinding(given) : undefined;
  return binding && URLS[binding.kind];
}

export function findBindingProblems(given: Given, path: string): readonly Problem[] {
  const named = KINDS.filter((kind) => given[kind] !== undefined);
  const [kind, other] = named;
  if (kind === undefined) return [];
  const add = (key: string, message: string): Problem => ({
    path: `${path}.${key}`,
    code: "invalid",
    message,
  });
  const { url } = given;
  const isPlain = kind === "certificate" && typeof url === "string" && !/^https:/i.test(url);
  return [
    ...(other === undefined ? [] : [add(other, `cannot stand beside ${kind}: a member is reached one way`)]),
    ...(given["host"] === undefined
      ? []
      : [add("host", `can have no effect beside ${kind}: url names the host`)]),
    ...(isPlain ? [add("url", "must be an https URL beside certificate, which is shown in TLS alone")] : []),
  ];
}

export interface Bound {
  /** Whether the deployment has a binding of this name that can be asked. */
  readonly isBound: (binding: MemberBinding) => boolean;
  /** Before the name of a table, where it is of an environment. */
  readonly prefix?: string;
}

interface BoundPool {
  readonly name: string;
  readonly members: readonly { readonly binding: MemberBinding | undefined }[];
}

/** A warning for each member that the deployment cannot reach. */
export function findUnboundMembers(
  pools: readonly BoundPool[],
  { isBound, prefix = "" }: Bound,
): readonly Problem[] {
  return pools.flatMap((pool) =>
    pool.members.flatMap(({ binding }, at) => {
      if (binding === undefined || isBound(binding)) return [];
      const { kind } = binding;
      const table = TABLES[kind].replaceAll("[[", `[[${prefix}`).replace(/^\[(?!\[)/, `[${prefix}`);
      const message = `the deployment has no binding ${binding.name}: requests get a 503 until it has. Add ${table} with binding = "${binding.name}" to wrangler.toml`;
      return [{ path: `origins.${pool.name}.members.${at}.${kind}`, code: "missing-binding", message }];
    }),
  );
}
