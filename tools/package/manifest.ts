// The package.json of the package: made of the checkout's, so that versions stand in one place.

export interface CheckoutManifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** What `init` takes its versions from: npm installs none of these with the package. */
const NAMED_BY_INIT = ["node", "wrangler"] as const;

export function toManifest({
  version,
  description,
  license,
  devDependencies: known,
}: CheckoutManifest): object {
  const pick = (name: string): string => {
    const found = known[name];
    if (found === undefined) throw new Error(`package.json has no ${name}`);
    return found;
  };
  return {
    name: "headgate",
    version,
    description,
    license,
    type: "module",
    engines: { node: ">=20" },
    bin: { headgate: "cli/headgate-bin.js" },
    exports: {
      ".": { types: "./types/core/config/define-config.d.ts", default: "./index.js" },
      "./worker": { types: "./types/worker.d.ts", default: "./worker.js" },
      "./limiter": { types: "./types/limiter/index.d.ts", default: "./limiter.js" },
      "./package.json": "./package.json",
    },
    dependencies: { rolldown: pick("rolldown") },
    // wrangler brings the miniflare that fits it. A limiter needs neither.
    peerDependencies: { wrangler: `^${pick("wrangler")}`, miniflare: "*" },
    peerDependenciesMeta: { wrangler: { optional: true }, miniflare: { optional: true } },
    devDependencies: Object.fromEntries(NAMED_BY_INIT.map((name) => [name, pick(name)])),
  };
}
