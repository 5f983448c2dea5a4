// What an operator types by mistake, what the command line sends for it, and what is said of it. For the configuration of
// cli/operator-mistakes.test.ts.

export const reason = "night shift";
export const PURGE = "/cache/purge";

export type Body = Readonly<Record<string, unknown>>;
type Mistake = readonly [typed: string, path: string, body: Body | undefined, said: string];

/** Refused by both, whatever is forced: what is typed can never have an effect. */
export const WRONG: readonly Mistake[] = [
  [
    "bans create bob",
    "/bans",
    { value: "bob", reason },
    'value: must be an address such as "192.0.2.1", received "bob" [invalid]',
  ],
  [
    "bans create 10.0.0.7/8",
    "/bans",
    { value: "10.0.0.7/8", reason },
    'value: must be a network without bits beyond its prefix, received "10.0.0.7/8"; did you mean "10.0.0.0/8"? [invalid]',
  ],
  [
    "bans create uk --by country",
    "/bans",
    { key: "country", value: "uk", reason },
    'received "uk"; did you mean "GB"? [invalid]',
  ],
  [
    "bans create post --by method",
    "/bans",
    { key: "method", value: "post", reason },
    'received "post"; did you mean "POST"? [invalid]',
  ],
  [
    "bans create Search/ --by path",
    "/bans",
    { key: "path", value: "Search/", reason },
    'received "Search/"; did you mean "/search"? [invalid]',
  ],
  [
    "bans create acme --by consmer",
    "/bans",
    { key: "consmer", value: "acme", reason },
    "must be one part of a key",
  ],
  [
    "overrides create plan --limit 9 --burst 5",
    "/overrides",
    { policy: "plan", limit: 9, burst: 5, reason },
    'burst: fixed-window takes no burst: unknown key "burst"; known keys are limit, window, align [unknown-key]',
  ],
  [
    "overrides create search --key 192.0.2.1 --limit 5",
    "/overrides",
    { policy: "search", key: ["192.0.2.1"], limit: 5, reason },
    "key: must have 2 values, for ip, path, received 1 [invalid]",
  ],
  [
    "overrides create search --key bob --key /search --limit 5",
    "/overrides",
    { policy: "search", key: ["bob", "/search"], limit: 5, reason },
    'key.0: must be an address such as "192.0.2.1", received "bob" [invalid]',
  ],
  [
    "overrides create search --limit 5 --window 5",
    "/overrides",
    { policy: "search", limit: 5, window: "5", reason },
    "must be a duration",
  ],
  [
    "access create alow --cidr 192.0.2.1",
    "/access",
    { action: "alow", cidr: "192.0.2.1", reason },
    "did you mean",
  ],
  [
    "access create deny --country UK",
    "/access",
    { action: "deny", country: "UK", reason },
    'did you mean "GB"?',
  ],
  [
    "access create deny --cidr 192.0.2.1/24",
    "/access",
    { action: "deny", cidr: "192.0.2.1/24", reason },
    "must be an address or a network",
  ],
];

/** Refused until it is forced: it may exist later. */
export const VAIN: readonly Mistake[] = [
  [
    "keys create acme --tier por",
    "/keys",
    { consumer: "acme", tier: "por" },
    'tier: must be a tier of the configuration: pro, free, received "por"; did you mean "pro"? [unknown-tier]',
  ],
  [
    "keys create acme --scope order:read",
    "/keys",
    { consumer: "acme", scopes: ["order:read"] },
    'scopes.0: must be a scope that a route asks for, received "order:read"; did you mean "orders:read"? [unknown-scope]',
  ],
  [
    "overrides create plam --key acme --limit 9",
    "/overrides",
    { policy: "plam", key: ["acme"], limit: 9, reason },
    'policy: must name a policy, received "plam"; did you mean "plan"? [unknown-policy]',
  ],
  [
    "overrides create plan --tier por --limit 9",
    "/overrides",
    { policy: "plan", tier: "por", limit: 9, reason },
    'received "por"; did you mean "pro"? [unknown-tier]',
  ],
  [
    "overrides create search --tier pro --limit 9",
    "/overrides",
    { policy: "search", tier: "pro", limit: 9, reason },
    'tier: no route with auth uses "search", so nobody is on a tier there [no-effect]',
  ],
  [
    "overrides create spare --limit 9",
    "/overrides",
    { policy: "spare", limit: 9, reason },
    'policy: no route, pool or batch uses "spare" [no-effect]',
  ],
  [
    "bans create 7 --by param:customer",
    "/bans",
    { key: "param:customer", value: "7", reason },
    'key: no request has "param:customer": the path has no ":customer" [no-effect]',
  ],
  [
    "bans create issuer.example#7 --by jwt:sub",
    "/bans",
    { key: "jwt:sub", value: "https://issuer.example 7", reason },
    'key: no request has "jwt:sub"',
  ],
  [
    "purge url https://api.example/search",
    PURGE,
    { urls: ["https://api.example/search"] },
    "urls: no route with a cache answers https://api.example/search [no-effect]",
  ],
  [
    "purge prefix https://api.example/imgs/",
    PURGE,
    { prefixes: ["https://api.example/imgs/"] },
    "prefixes: no route with a cache answers below https://api.example/imgs/ [no-effect]",
  ],
];
