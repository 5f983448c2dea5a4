// Header fields that a policy, a route or a pool reads and that can never be there, or that say nothing to rely on: fields of
// answers in requests, and fields in which any client writes the address it likes.

import type { Config } from "../config.ts";
import { type ConfigCheck, type Finding, toProblem, toWarning } from "./finding.ts";

/** A place in the configuration that reads a field, by its folded name. */
type Place = readonly [path: string, name: string | undefined];

export const findVainNames: ConfigCheck = (config) => [
  ...listRead(config).flatMap(([path, name]) => findOf(path, name)),
  ...config.policies.flatMap(({ name, settle }) => {
    const header = settle?.header;
    if (header === undefined || !REQUEST_FIELDS.test(header)) return [];
    return [
      toProblem(`policies.${name}.settle.header`, `"${header}" stands in requests, never in an answer`),
    ];
  }),
];

function listRead({ policies, routes, pools }: Config): readonly Place[] {
  return [
    ...policies.flatMap(({ name, key }) => key.map((part) => toPlace(`policies.${name}.key`, part.label))),
    ...routes.flatMap(({ index, cost, cache }): readonly Place[] => [
      [`routes.${index}.cost.header`, typeof cost === "object" ? cost.header : undefined],
      ...(cache?.key.headers ?? []).map((header): Place => [`routes.${index}.cache.key.headers`, header]),
      ...(cache?.bypass.headers ?? []).map((header): Place => [
        `routes.${index}.cache.bypass.headers`,
        header,
      ]),
    ]),
    ...pools.flatMap(({ name, affinity = [], outbound, adapt }): readonly Place[] => [
      ...affinity.map((part) => toPlace(`origins.${name}.affinity`, part.label)),
      [
        `origins.${name}.cost.header`,
        typeof outbound?.limited.cost === "object" ? outbound.limited.cost.header : undefined,
      ],
      [`origins.${name}.priority.header`, (outbound ?? adapt)?.priority.header],
    ]),
  ];
}

function toPlace(path: string, label: string): Place {
  return [path, label.startsWith("header:") ? label.slice("header:".length) : undefined];
}

const ANSWER_FIELDS =
  /^(?:set-cookie2?|etag|last-modified|location|retry-after|server|vary|age|allow|www-authenticate|access-control-(?:allow|expose|max)-.*|x-ratelimit-.*|ratelimit.*)$/;
const REQUEST_FIELDS =
  /^(?:authorization|cookie|host|user-agent|referer|origin|accept.*|if-.*|x-api-key|x-forwarded-.*|cf-connecting-ip|access-control-request-.*)$/;
/** Fields that proxies write a client's address in, and clients too. */
const ADDRESS_FIELDS =
  /^(?:x-forwarded-for|forwarded|x-real-ip|true-client-ip|client-ip|x-client-ip|fastly-client-ip|x-cluster-client-ip|cf-connecting-ip(?:v6)?)$/;

function findOf(path: string, name: string | undefined): readonly Finding[] {
  if (name === undefined) return [];
  if (ANSWER_FIELDS.test(name)) return [toProblem(path, `"${name}" stands in answers, never in a request`)];
  if (!ADDRESS_FIELDS.test(name) || !/\.(?:key|affinity)$/.test(path)) return [];
  const why = name.startsWith("cf-")
    ? "it counts every IPv6 address of one client by itself"
    : "any client may write what it likes in it";
  return [toWarning(path, `"header:${name}" is an address, and ${why}: write "ip"`)];
}
