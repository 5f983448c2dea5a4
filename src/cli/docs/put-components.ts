// The shared parts of an OpenAPI document: puts those of the gateway there that an operation refers to, and takes away those that
// none refers to any more.

import { CommandError } from "../command-error.ts";
import { MARK } from "./components.ts";
import {
  deleteMember,
  findMember,
  isMap,
  isSeq,
  listMembers,
  setMember,
  type TextDocument,
  toNode,
  toText,
  YAMLMap,
} from "./document-node.ts";
import type { Members } from "./route-answers.ts";

/** Names of components that a node refers to. */
export function readNames(node: YAMLMap, kind: string): readonly string[] {
  const prefix = `#/components/${kind}/`;
  const names: string[] = [];
  const visit = (value: unknown): void => {
    const text = toText(value) ?? "";
    if (text.startsWith(prefix)) names.push(text.slice(prefix.length));
    if (isMap(value)) for (const pair of value.items) visit(pair.value);
    if (isSeq(value)) for (const item of value.items) visit(item);
  };
  visit(node);
  return names;
}

interface Putting {
  readonly own: Readonly<Record<string, Members>>;
  readonly needed: ReadonlySet<string>;
  readonly label: string;
}

export function putComponents(document: TextDocument, kind: string, { own, needed, label }: Putting): void {
  const root = document.contents;
  if (!isMap(root)) return;
  const known = findMember(document, findMember(document, root, "components"), kind);
  for (const [name, node] of listMembers(document, known)) {
    const isOwn = toText(findMember(document, node, MARK)) === "true";
    if (!isOwn && needed.has(name))
      throw new CommandError(`Cannot use ${label}: components.${kind}.${name} is its own`);
    if (isOwn && !needed.has(name) && isMap(known)) deleteMember(known, name);
  }
  for (const name of Object.keys(own).filter((one) => needed.has(one)))
    setMember(findOrPut(findOrPut(root, "components"), kind), name, toNode(own[name]));
}

function findOrPut(map: YAMLMap, key: string): YAMLMap {
  const found = map.items.find((pair) => toText(pair.key) === key)?.value;
  if (isMap(found)) return found;
  if (found !== undefined) throw new CommandError(`Cannot use the document: ${key} is no object of its own`);
  const made = new YAMLMap();
  setMember(map, key, made);
  return made;
}
