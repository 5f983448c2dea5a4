// Puts into an OpenAPI document what the gateway answers, and how callers say who they are. What stands in the document stays:
// an answer that it has is given the header fields that it lacks, and security that it has is its own. Each operation says
// (`x-headgate`) what was put there, so that merging again takes that away first: twice is the same as once.

import type { Config } from "../../core/config/config.ts";
import type { Route } from "../../core/routes/route.ts";
import { CommandError } from "../command-error.ts";
import { headers, MARK, schemas, type Schemes, toSchemes, toSecurity } from "./components.ts";
import { toCost } from "./describe-route.ts";
import {
  deleteMember,
  findMember,
  isMap,
  listItems,
  listMembers,
  setMember,
  type TextDocument,
  toNode,
  toText,
  YAMLMap,
} from "./document-node.ts";
import { listOperations, type Operation } from "./operations.ts";
import { isEnforced, listLimits } from "./plan-limits.ts";
import { putComponents, readNames } from "./put-components.ts";
import { listAnswers, type Members, type RouteAnswer } from "./route-answers.ts";

export interface MergeOptions {
  readonly config: Config;
  readonly label: string;
  /** The URL that clients ask, in place of the document's servers. */
  readonly server?: string | undefined;
  /** The route of an operation, where it is known. */
  readonly findRoute?: (operation: Operation) => Route | undefined;
}

/** Changes the document. Returns what could not be documented, a line for each. Throws a CommandError. */
export function mergeOpenApi(document: TextDocument, options: MergeOptions): readonly string[] {
  const { config, label } = options;
  const root = document.contents;
  const version = toText(findMember(document, root, "openapi")) ?? "";
  if (!isMap(root) || !/^3\.[012]\./.test(version))
    throw new CommandError(
      `Cannot use ${label}: it must be a document of OpenAPI 3, with openapi: "3.1.0" or near it`,
    );
  const schemes = toSchemes(config);
  const hasSecurity = findMember(document, root, "security") !== undefined;
  const notes: string[] = [];
  const documented: YAMLMap[] = [];
  for (const operation of listOperations(document, { config, server: options.server })) {
    const { name, at, method } = operation;
    const node = findOwned(document, ["paths", ...at]);
    const route = options.findRoute === undefined ? operation.route : options.findRoute(operation);
    if (node !== undefined) takeAway(document, node);
    if (node === undefined) notes.push(`${name} stands elsewhere (an alias or a $ref): left as it is`);
    else if (route === undefined) notes.push(`${name}: no route takes it`);
    else {
      putThere(document, node, { route, config, schemes, hasSecurity, method: method.toUpperCase() });
      documented.push(node);
    }
  }
  const isSecured = documented.some((node) => isAdded(document, node, "security"));
  const read = (kind: string): ReadonlySet<string> =>
    new Set(documented.flatMap((node) => readNames(node, kind)));
  putComponents(document, "headers", { own: headers, needed: read("headers"), label });
  putComponents(document, "schemas", { own: schemas, needed: read("schemas"), label });
  const needed = new Set(isSecured ? Object.keys(schemes) : []);
  putComponents(document, "securitySchemes", { own: schemes, needed, label });
  return notes;
}

/** The object at a path of which every step stands where it is named: what an alias leads to is others' as well. */
function findOwned(document: TextDocument, path: readonly string[]): YAMLMap | undefined {
  let node: unknown = document.contents;
  for (const name of path) {
    if (!isMap(node) || findMember(document, node, "$ref") !== undefined) return undefined;
    node = node.items.find(({ key }) => toText(key) === name)?.value;
  }
  return isMap(node) ? node : undefined;
}

interface Documented {
  readonly route: Route;
  readonly config: Config;
  readonly schemes: Schemes;
  /** The document says for all operations which credentials they take. */
  readonly hasSecurity: boolean;
  readonly method: string;
}

function putThere(document: TextDocument, node: YAMLMap, documented: Documented): void {
  const { route, config, schemes, hasSecurity, method } = documented;
  const added: string[] = [];
  for (const answer of listAnswers(route, config, method)) added.push(...putAnswer(document, node, answer));
  // Where a function says who is calling, nobody knows by which credential.
  const isOfFunction = route.authenticate !== undefined;
  const hasOwn = isOfFunction || hasSecurity || findMember(document, node, "security") !== undefined;
  if (route.auth !== "none" && !hasOwn) {
    setMember(node, "security", toNode(toSecurity(route, schemes)));
    added.push("security");
  }
  if (
    route.retirement?.deprecatedMs !== undefined &&
    findMember(document, node, "deprecated") === undefined
  ) {
    setMember(node, "deprecated", toNode(true));
    added.push("deprecated");
  }
  if (added.length > 0) setMember(node, MARK, toNode({ ...describe(route, config, method), added }));
}

function describe(route: Route, config: Config, method: string): Members {
  const { scopes, policies, cost, path } = route;
  const units = typeof cost === "number" ? cost : toCost(route);
  const limits = listLimits(policies, config, { path, method }).map(
    ({ policy, tier, requests, limit, countedBy }) =>
      Object.fromEntries(
        Object.entries({ policy, tier, requests, limit, countedBy }).filter(([, value]) => value !== ""),
      ),
  );
  return {
    route: route.name,
    ...(policies.some(isEnforced) ? { cost: units, limits } : {}),
    ...(scopes.length > 0 ? { scopes } : {}),
  };
}

/** What was put there, as `takeAway` reads it. */
function putAnswer(document: TextDocument, operation: YAMLMap, answer: RouteAnswer): readonly string[] {
  const { status, description, headers: fields, content } = answer;
  const added: string[] = [];
  let responses = operation.items.find(({ key }) => toText(key) === "responses")?.value;
  if (responses === undefined) {
    responses = new YAMLMap();
    setMember(operation, "responses", responses);
    added.push("responses");
  }
  // An alias, or nothing that has members: others' as well, or wrong.
  if (!isMap(responses)) return [];
  const at = `responses.${status}`;
  const given = responses.items.find(({ key }) => toText(key) === String(status))?.value;
  if (given === undefined) {
    const own = {
      description,
      ...(Object.keys(fields).length > 0 ? { headers: fields } : {}),
      ...(Object.keys(content).length > 0 ? { content } : {}),
    };
    setMember(responses, String(status), toNode(own));
    return [...added, at];
  }
  if (!isMap(given) || findMember(document, given, "$ref") !== undefined) return added;
  return [...added, ...putFields(document, given, { fields, at })];
}

function putFields(
  document: TextDocument,
  response: YAMLMap,
  { fields, at }: { readonly fields: Members; readonly at: string },
): readonly string[] {
  let map = response.items.find(({ key }) => toText(key) === "headers")?.value;
  const known = new Set(listMembers(document, map).map(([name]) => name.toLowerCase()));
  const missing = Object.entries(fields).filter(([name]) => !known.has(name.toLowerCase()));
  if (missing.length === 0) return [];
  const isNew = map === undefined;
  if (isNew) {
    map = new YAMLMap();
    setMember(response, "headers", map);
  }
  if (!isMap(map)) return [];
  for (const [name, field] of missing) setMember(map, name, toNode(field));
  return isNew ? [`${at}.headers`] : missing.map(([name]) => `${at}.headers.${name}`);
}

const ADDED = /^(?:security|deprecated|responses(?:\.\d{3}(?:\.headers(?:\.[\w-]{1,64})?)?)?)$/;

/** Takes what an earlier merge has put there. */
function takeAway(document: TextDocument, operation: YAMLMap): void {
  for (const item of listItems(
    document,
    findMember(document, findMember(document, operation, MARK), "added"),
  )) {
    const path = toText(item) ?? "";
    if (!ADDED.test(path)) continue;
    const names = path.split(".");
    const last = names.pop() ?? "";
    let node: unknown = operation;
    for (const name of names)
      node = isMap(node) ? node.items.find(({ key }) => toText(key) === name)?.value : undefined;
    // `responses` was not there: what others have put into it since stays.
    if (isMap(node) && (last !== "responses" || isEmptyWithout(document, node))) deleteMember(node, last);
  }
  deleteMember(operation, MARK);
}

/** Whether nobody else has put answers there. */
function isEmptyWithout(document: TextDocument, operation: YAMLMap): boolean {
  return listMembers(document, findMember(document, operation, "responses")).every(([status]) =>
    isAdded(document, operation, `responses.${status}`),
  );
}

function isAdded(document: TextDocument, operation: YAMLMap, path: string): boolean {
  const added = listItems(document, findMember(document, findMember(document, operation, MARK), "added"));
  return added.some((item) => toText(item) === path);
}
