// The TypeScript type of a configuration key, from the cell of docs/configuration that gives its type and bounds.

/** Keys whose type says more than their cell: names of the configuration's own, and values with a form. */
const OWN_TYPES: Readonly<Record<string, string>> = {
  "Top level: origin": "string",
  "Top level: origins": "Readonly<Record<string, PoolInput<Names>>>",
  "Top level: name": "string",
  "Top level: functions": "Readonly<Record<string, OwnFunction | FunctionInput>>",
  "Functions: run": "OwnFunction",
  "Top level: admin.prefix": "Path",
  "Top level: cors": '"origin" | "none" | CorsInput',
  "Top level: errors": "DialectName | ErrorsInput",
  "Routes: errors": "DialectName | ErrorsInput",
  "Top level: stats": "boolean | StatsInput",
  "Top level: tiers": "Readonly<Record<string, TierInput<Names>>>",
  "Top level: policies": "Readonly<Record<Names, PolicyInput>>",
  "Top level: routes": "readonly RouteInput<Names>[]",
  "Origin pools: members": "ListOf<string | MemberInput>",
  "Origin pools: affinity": "ListOf<KeyInput>",
  "Origin pools: checks.path": "Path",
  "Origin pools: policies": "ListOf<NoInfer<Names>>",
  "Origin pools: cost": "CostInput",
  "Origin pools: priority.consumers": "Readonly<Record<string, Priority>>",
  "Origin pools: priority.tiers": "Readonly<Record<string, Priority>>",
  "Origin pools: priority.headerMax": "Priority",
  "Origin pools: feedback.scopes": "Readonly<Record<string, NoInfer<Names>>>",
  "Pool members: headers": "Readonly<Record<string, string>>",
  "Policies: key": "ListOf<KeyInput>",
  "Policies: cost": "CostInput | TokenCostInput",
  "Policies: settle.usage":
    '"openai" | "openai-responses" | "anthropic" | "gemini" | "bedrock" | { readonly input: string; readonly output: string }',
  "Cost: usd": "PricesInput",
  "Policies: settle.status": "Readonly<Record<string, number>>",
  "Policies: limits": "readonly VariantInput[]",
  "Limits for some requests: methods": "ListOf<Method>",
  "Limits for some requests: countries": "ListOf<Country>",
  "Limits for some requests: routes": "ListOf<Path>",
  "Algorithms: limit": "LimitInput",
  "Limits for some requests: limit": 'number | "unlimited"',
  "Limits for some requests: burst": "number",
  "Limits for some requests: window": "Duration",
  "Routes: path": "Path",
  "Routes: methods": "ListOf<Method>",
  "Routes: policies": "ListOf<NoInfer<Names>>",
  "Routes: cost": "CostInput",
  "Routes: cors": '"origin" | "none" | CorsInput',
  "Routes: whenLimited": 'ListOf<"queue" | "stale" | "reject">',
  "Routes: respond.body": "string | Readonly<Record<string, unknown>> | readonly unknown[]",
  "Routes: authenticate.by": "ListOf<KeyInput>",
  "Routes: deprecation.at": "string",
  "Routes: sunset.at": "string",
  "Routes: stripPrefix": "Path",
  "Pool members: stripPrefix": "Path",
  "Cost: methods": "Readonly<Record<Method, number>>",
  "Top level: alerts": "readonly AlertRuleInput[]",
  "Alerts: when":
    'ListOf<"quota-80" | "quota-100" | "denied" | "credentials" | "failing" | "degraded" | "breaker" | "upstream" | "silence" | "unusual" | "limit-requested">',
  "Alerts: to": "readonly AlertChannelInput[]",
  "Portal: portal.announced": "readonly AnnouncedInput[]",
  "Announced changes: policy": "string",
  "Announced changes: tier": "string",
  "Announced changes: from": "string",
  "Log: log.sinks": "readonly LogSinkInput[]",
  "Issuers: issuer": "ListOf<string>",
  "Issuers: audience": "ListOf<string>",
  "Issuers: anyAudience": "true",
  "Issuers: requires": "Readonly<Record<string, ListOf<string>>>",
  "Issuers: refuses": "Readonly<Record<string, ListOf<string>>>",
  "Issuers: claims.tier":
    "string | { readonly claim: string; readonly contains: Readonly<Record<string, string>> }",
  "Issuers: claims.tier.contains": "Readonly<Record<string, string>>",
  "Issuers: tenant": "string",
  "Credentials: auth.apiKeys.prefix": "string",
  "Issuers: algorithms": "ListOf<SigningAlgorithm>",
  "Credentials: auth.issuers": "readonly IssuerInput[]",
  "Cache: cache.ttlByStatus": 'Readonly<Record<string, Duration | "never">>',
  "Cache: cache.vary.choices": "Readonly<Record<string, readonly string[]>>",
  "Webhooks: webhook.deliver": "string | readonly (string | { readonly queue: string })[]",
  "Access lists: access.deny.addresses": "ListOf<string>",
  "Access lists: access.deny.countries": "ListOf<Country>",
  "Access lists: access.deny.asns": "ListOf<number>",
  "Access lists: access.deny.userAgents": "ListOf<string>",
  "CORS: cors.origins": '"*" | readonly string[]',
  "CORS: cors.headers": '"*" | readonly string[]',
  "Statistics: stats.otlp.fields": "Readonly<Record<string, string>>",
  "Batches: batch.path": "Path",
  "Batches: batch.policies": "ListOf<NoInfer<Names>>",
  "Aggregates and fields: aggregate": "Readonly<Record<string, Path>>",
  "Aggregates and fields: request.renameHeaders": "Readonly<Record<string, string>>",
  "Aggregates and fields: response.renameHeaders": "Readonly<Record<string, string>>",
  "Aggregates and fields: response.dropFields": "string",
};

/** What else a cell may begin with. The first that fits is the type. */
const CELLS: readonly (readonly [cell: RegExp, type: string])[] = [
  [/^boolean/, "boolean"],
  [/^duration or `"never"`/, 'Duration | "never"'],
  [/^duration/, "Duration"],
  [/^`"\d+\w+"` to `"\d+\w+"`/, "Duration"],
  [/^\d+ to \d+ characters/, "string"],
  [/^a media type/, "string"],
  [/^(?:share, |at most )?[\d.^]+ to [\d.^]+/, "number"],
  [/^share/, "number"],
  [/^list of .*(?:numbers|statuses)/, "ListOf<number>"],
  [/^list of .*durations/, "ListOf<Duration>"],
  [/^(?:list of .*countries)/, "ListOf<Country>"],
  [/^`true`/, "true"],
  [/^list of /, "ListOf<string>"],
  [/^object of .*fields/, "Readonly<Record<string, string>>"],
  [
    /^(?:a header's name|a member of|a field's name|the name of|name of a secret|name of a `send_email` binding|e-mail address|parameter|lower-case host|path|pattern|http or https|https URL|a claim|IANA time zone|fields,)/,
    "string",
  ],
];

/** Throws where neither the key nor its cell says what it is. */
export function toType(section: string, path: string, cell: string): string {
  const own = OWN_TYPES[`${section}: ${path}`];
  if (own !== undefined) return own;
  const list = /^list of (?=`")/.test(cell);
  const options = toOptions(cell.replace(/^list of /, "").replace(/, (?:each once|with .*)$/, ""));
  if (options !== undefined) return list ? `ListOf<${options}>` : options;
  const found = CELLS.find(([pattern]) => pattern.test(cell))?.[1];
  if (found === undefined)
    throw new Error(`Cannot tell the TypeScript type of "${path}" (${section}) from "${cell}"`);
  return found;
}

/** "`"a"`, `"b"` or `"c"`" as a union; undefined for what is written otherwise. */
function toOptions(cell: string): string | undefined {
  if (!/^`"[^`]*"`(?:(?:, | or | and )`"[^`]*"`)*$/.test(cell)) return undefined;
  return [...cell.matchAll(/`("[^`]*")`/g)].map(([, option = ""]) => option).join(" | ");
}
