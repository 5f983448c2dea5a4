// Writes the TypeScript types of a configuration from the tables of docs/configuration: each key with what it means, its
// bounds, its default and an example, as an editor shows them.

import { findTable, findTables, readCodes, type Table } from "../../test/project/markdown.ts";
import { toType } from "./to-type.ts";

const KEY_HEAD = ["key", "type and bounds", "default"];

/** A section's keys, or those of them that stand below one key. */
interface Source {
  readonly section: string;
  /** "cors." takes the keys of `cors`, without it. */
  readonly below?: string;
  /** Keys that stand elsewhere. */
  readonly without?: RegExp;
}

interface Interface {
  readonly head: string;
  readonly about: string;
  readonly sources: readonly Source[];
}

const INTERFACES: readonly Interface[] = [
  {
    head: "ConfigInput<Names extends string = string>",
    about: "A configuration. `Names` are those of its policies.",
    sources: [
      "Top level",
      "Credentials",
      "Access lists",
      "Reputation",
      "Portal",
      "Denied requests",
      "Batches",
      "Log",
    ].map((section) => ({ section })),
  },
  {
    head: "CorsInput",
    about: "Which pages of other origins may ask, and read answers.",
    sources: [{ section: "CORS", below: "cors." }],
  },
  {
    head: "ErrorsInput",
    about: "A body of one's own for what goes wrong.",
    sources: [{ section: "Error dialects", below: "errors." }],
  },
  {
    head: "StatsInput",
    about: "Where the sums of statistics go.",
    sources: [{ section: "Statistics", below: "stats." }],
  },
  {
    head: "AnnouncedInput",
    about: "A limit that is going to change.",
    sources: [{ section: "Announced changes" }],
  },
  { head: "LogSinkInput", about: "A receiver of log lines.", sources: [{ section: "Log sinks" }] },
  { head: "AlertRuleInput", about: "Which alerts are sent where.", sources: [{ section: "Alerts" }] },
  { head: "AlertChannelInput", about: "Who receives alerts.", sources: [{ section: "Alert channels" }] },
  { head: "IssuerInput", about: "Who signs tokens, and how.", sources: [{ section: "Issuers" }] },
  {
    head: "PoolInput<Names extends string = string>",
    about: "Several origins for one name.",
    sources: [{ section: "Origin pools" }],
  },
  {
    head: "MemberInput",
    about: "One origin of a pool.",
    sources: [{ section: "Pool members" }, { section: "Credentials for origins" }],
  },
  {
    head: "PolicyBase",
    about: "What every policy has, whatever its algorithm.",
    sources: [{ section: "Policies", without: /^algorithm$|^settle\.usage\./ }],
  },
  {
    head: "FunctionInput",
    about: "A function of one's own, and what it may do.",
    sources: [{ section: "Functions" }],
  },
  {
    head: "TokenCostInput",
    about: "What a call of a language model will use at most.",
    sources: [{ section: "Token costs", below: "cost." }],
  },
  {
    head: "VariantInput",
    about: "Other limits of a policy for some requests.",
    sources: [{ section: "Limits for some requests" }],
  },
  {
    head: "RouteInput<Names extends string = string>",
    about: "What a request matches, and what then applies. The first route that fits is taken.",
    sources: [
      { section: "Routes", without: /^cost\./ },
      { section: "Credentials for origins" },
      { section: "Links" },
      { section: "Webhooks" },
      { section: "Handed-over calls" },
      { section: "Access lists" },
      { section: "Denied requests" },
      { section: "Cache" },
      { section: "Aggregates and fields" },
    ],
  },
  {
    head: "CostRule",
    about: "What a request costs, by what it says of itself.",
    sources: [{ section: "Routes", below: "cost." }],
  },
];

/** A key, or an object of keys. */
interface Key {
  readonly name: string;
  /** undefined: the object of `keys`. */
  readonly type: string | undefined;
  readonly isRequired: boolean;
  readonly comment: readonly string[];
  readonly keys: Map<string, Key>;
}

/** `guide` is the text of every page of docs/configuration. */
export function writeTypes(guide: string): string {
  const written = new Set(INTERFACES.flatMap(({ sources }) => sources.map(({ section }) => section)));
  const unknown = findTables(guide, KEY_HEAD).find(({ section }) => !written.has(section));
  if (unknown !== undefined) throw new Error(`Cannot tell where the keys of "${unknown.section}" belong`);
  const read = (section: string): Table => findTable(guide, KEY_HEAD, section);
  const interfaces = INTERFACES.map(({ head, about, sources }) => {
    const keys = new Map<string, Key>();
    for (const source of sources) addSection(keys, source, read(source.section));
    return `/** ${about} */\nexport interface ${head} ${printKeys(keys, "")}`;
  });
  return [HEAD, ...interfaces, printPolicies(findTable(guide, ["algorithm", "option"])), TAIL].join("\n\n");
}

const HEAD = `// The types of headgate.config.ts, for editors and compilers: written by \`npm run config-types\` from the tables of
// docs/configuration, which tests compare with the schemas. parse-config.ts reads the same, and trusts no type.

import type { DialectName } from "../errors/registry.ts";
import type { OwnFunction } from "../functions/own-function.ts";
import type { Facts } from "../keys/facts.ts";
import type {
  Country,
  Duration,
  KeyInput,
  LimitInput,
  ListOf,
  Method,
  Path,
  Priority,
  SigningAlgorithm,
} from "./input-values.ts";`;

const TAIL = `/** A number, a rule, or a function of the request. */
export type CostInput = number | CostRule | CostFunction;

/** Dollars for a million tokens, by model. */
export type PricesInput = Readonly<Record<string, PriceInput>>;

export interface PriceInput {
  readonly input: number;
  readonly output: number;
  readonly cachedInput?: number;
  readonly reasoning?: number;
}

/** Units of a request by what is known of it. */
export type CostFunction = (facts: Facts) => number;

/** What a tier changes of policies, by their names. */
export type TierInput<Names extends string = string> = {
  readonly [Name in NoInfer<Names>]?: TierPolicyInput;
};

/** What a tier changes of one policy. */
export interface TierPolicyInput extends Pick<VariantInput, "burst" | "window"> {
  /** Default: the policy's. */
  readonly limit?: LimitInput;
  /** The tier's own limits for some requests. */
  readonly limits?: readonly VariantInput[];
}
`;

function addSection(keys: Map<string, Key>, { section, below = "", without }: Source, { rows }: Table): void {
  // A route's cost is a section of its own here: a pool's is written like it.
  const named = below === "cost." ? "Cost" : section;
  for (const row of rows) {
    const path = readCodes(row[0] ?? "")[0] ?? "";
    if (!path.startsWith(below) || without?.test(path) === true) continue;
    const names = path.slice(below.length).split(".");
    const name = names.pop() ?? "";
    let parent = keys;
    for (const one of names) parent = findObject(parent, one);
    const typed = named === section ? path : name;
    parent.set(
      name,
      toKey(name, row.slice(1), (bounds) => toType(named, typed, bounds)),
    );
  }
}

/** `cells` are a row's after the key: its bounds, its default, what it means, an example. */
function toKey(name: string, cells: readonly string[], toKeyType: (bounds: string) => string): Key {
  const [bounds = "", standard = "", about = "", example = ""] = cells;
  const said = standard === "required" ? "Required" : `Default: ${toText(standard)}`;
  const comment = [toText(about), `(${toText(bounds)}. ${said}.)`, `@example ${readCodes(example)[0] ?? ""}`];
  return { name, type: toKeyType(bounds), isRequired: standard === "required", comment, keys: new Map() };
}

function findObject(keys: Map<string, Key>, name: string): Map<string, Key> {
  const found = keys.get(name) ?? { name, type: undefined, isRequired: false, comment: [], keys: new Map() };
  keys.set(name, found);
  return found.keys;
}

function printKeys(keys: ReadonlyMap<string, Key>, indent: string): string {
  const inner = `${indent}  `;
  const lines: string[] = [];
  for (const { name, type, isRequired, comment, keys: nested } of keys.values()) {
    lines.push(...printComment(comment, inner));
    lines.push(
      `${inner}readonly ${toName(name)}${isRequired ? "" : "?"}: ${type ?? printKeys(nested, inner)};`,
    );
  }
  return `{\n${lines.join("\n")}\n${indent}}`;
}

const toName = (name: string): string => (/^\w+$/.test(name) ? name : JSON.stringify(name));

/** One policy for each algorithm, and their union. */
function printPolicies({ rows }: Table): string {
  const algorithms = Map.groupBy(rows, ([algorithm = ""]) => readCodes(algorithm)[0] ?? "");
  const policies = [...algorithms].map(([algorithm, options]) => {
    const keys = new Map<string, Key>();
    for (const [, option = "", ...cells] of options) {
      const name = readCodes(option)[0] ?? "";
      keys.set(
        name,
        toKey(name, cells, (bounds) => toType("Algorithms", name, bounds)),
      );
    }
    const body = printKeys(keys, "").replace(
      "{\n",
      `{\n  readonly algorithm: ${JSON.stringify(algorithm)};\n`,
    );
    return `/** A policy of this algorithm. */\nexport interface ${toPascal(algorithm)}Policy extends PolicyBase ${body}`;
  });
  const names = [...algorithms.keys()].map((algorithm) => `${toPascal(algorithm)}Policy`);
  const union = `/** A named limit. */\nexport type PolicyInput = ${names.join(" | ")};`;
  return [...policies, union].join("\n\n");
}

const toPascal = (name: string): string =>
  name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Markdown without its links. A comment must not end in the middle. */
function toText(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(String.raw`\|`, "|")
    .replaceAll("*/", "* /");
}

function printComment(lines: readonly string[], indent: string): readonly string[] {
  if (lines.length === 0) return [];
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
}
