// An OpenAPI document in YAML or JSON as a tree that keeps what a person wrote: order, comments, quotation marks, anchors, and
// numbers as they are written. Nothing of it is interpreted, so nothing can be lost.

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Pair,
  parseDocument,
  Scalar,
  YAMLMap,
  YAMLSeq,
  type Document,
} from "yaml";
import { CommandError } from "../command-error.ts";

export type Format = "json" | "yaml";
export type TextDocument = Document;

const DOCUMENT_LENGTH_MAX = 64 * 1_048_576;
/** With it every scalar is text: "2020-01-01", "1.10" and "yes" stay what they are. */
const AS_WRITTEN = { schema: "failsafe", merge: false, uniqueKeys: true } as const;

/** By the ending of a file's name; undefined: it is neither. */
export function toFormat(file: string): Format | undefined {
  if (/\.json$/i.test(file)) return "json";
  return /\.ya?ml$/i.test(file) ? "yaml" : undefined;
}

/** Throws a CommandError for what is no document of this format, or more than one. */
export function readText(text: string, format: Format, label: string): TextDocument {
  const fail = (why: string): never => {
    throw new CommandError(`Cannot read ${label}: ${why}`);
  };
  if (text.length > DOCUMENT_LENGTH_MAX) fail(`it has more than ${DOCUMENT_LENGTH_MAX} characters`);
  if (format === "json") {
    try {
      JSON.parse(text);
    } catch (error) {
      fail(error instanceof Error ? error.message : "it is no JSON");
    }
  }
  const document = parseDocument(text, AS_WRITTEN);
  const [wrong] = document.errors;
  if (wrong !== undefined) fail(wrong.message);
  if (!isMap(document.contents)) fail("it is no object");
  return document;
}

/** An empty one. */
export function createDocument(value: Readonly<Record<string, unknown>>): TextDocument {
  const document = parseDocument("{}", AS_WRITTEN);
  document.contents = toNode(value) as typeof document.contents;
  return document;
}

/** A document that nobody has written before. */
const NEW = '{\n  "new": true\n}\n';

/** `written` is what the document was read from: JSON keeps its indentation. */
export function printText(document: TextDocument, format: Format, written = NEW): string {
  if (format === "yaml")
    return document.toString({ lineWidth: 0, flowCollectionPadding: written.includes("{ ") });
  const [, indent] = /^\s*[{[]\r?\n?([\t ]*)/.exec(written) ?? [];
  const isOneLine = !written.trim().includes("\n");
  const text = printJson(document.contents, {
    document,
    indent: isOneLine ? undefined : indent || "  ",
    at: "",
  });
  return written.endsWith("\n") || !written.includes("}") ? `${text}\n` : text;
}

interface Printing {
  readonly document: TextDocument;
  /** undefined: all in one line. */
  readonly indent: string | undefined;
  readonly at: string;
}

function printJson(node: unknown, printing: Printing): string {
  const { document, indent, at } = printing;
  if (isAlias(node)) return printJson(node.resolve(document), printing);
  if (isScalar(node)) return printScalar(node);
  const inner = { ...printing, at: at + (indent ?? "") };
  const toBlock = (open: string, items: readonly string[], close: string): string => {
    if (items.length === 0) return open + close;
    return indent === undefined
      ? open + items.join(",") + close
      : `${open}\n${items.map((item) => inner.at + item).join(",\n")}\n${at}${close}`;
  };
  if (isSeq(node))
    return toBlock(
      "[",
      node.items.map((item) => printJson(item, inner)),
      "]",
    );
  if (!isMap(node)) return "null";
  const pairs = node.items.map(
    ({ key, value }) =>
      `${JSON.stringify(toKeyText(key))}:${indent === undefined ? "" : " "}${printJson(value, inner)}`,
  );
  return toBlock("{", pairs, "}");
}

/** What stands plain in JSON is a number or one of three words; a text that we put there may be plain in YAML alone. */
function printScalar({ type, value }: Scalar): string {
  const text = String(value);
  const isLiteral = type === "PLAIN" && /^(?:true|false|null|-?\d.*)$/.test(text);
  return isLiteral ? text : JSON.stringify(text);
}

const toKeyText = (key: unknown): string => String(isScalar(key) ? key.value : key);

/** Plain text that no reader of YAML takes for something else. */
const PLAIN = /^(?!(?:true|false|yes|no|on|off|null|y|n)$)[$A-Za-z][A-Za-z0-9_/+.-]*$/i;

/** A value as nodes: numbers and truth values are plain, and texts quoted where they could be taken for something else. */
export function toNode(value: unknown): unknown {
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    for (const item of value as readonly unknown[]) list.items.push(toNode(item));
    return list;
  }
  if (typeof value === "object" && value !== null) {
    const map = new YAMLMap();
    for (const [key, member] of Object.entries(value))
      map.items.push(new Pair(toScalar(key), toNode(member)));
    return map;
  }
  return toScalar(value);
}

function toScalar(value: unknown): Scalar {
  const scalar = new Scalar(String(value));
  scalar.type = typeof value !== "string" || PLAIN.test(value) ? "PLAIN" : "QUOTE_DOUBLE";
  return scalar;
}

/** A member of an object that is there; through an alias (`*name`) too. */
export function findMember(document: TextDocument, node: unknown, key: string): unknown {
  const map = resolve(document, node);
  if (!isMap(map)) return undefined;
  return resolve(document, map.items.find((pair) => toKeyText(pair.key) === key)?.value);
}

export function resolve(document: TextDocument, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

export function listMembers(
  document: TextDocument,
  node: unknown,
): readonly (readonly [key: string, value: unknown])[] {
  const map = resolve(document, node);
  return isMap(map) ? map.items.map(({ key, value }) => [toKeyText(key), resolve(document, value)]) : [];
}

export function listItems(document: TextDocument, node: unknown): readonly unknown[] {
  const list = resolve(document, node);
  return isSeq(list) ? list.items.map((item) => resolve(document, item)) : [];
}

export function toText(node: unknown): string | undefined {
  return isScalar(node) ? String(node.value) : undefined;
}

/** Replaces the member, or puts it at the end. */
export function setMember(map: YAMLMap, key: string, value: unknown): void {
  const pair = map.items.find((one) => toKeyText(one.key) === key);
  if (pair === undefined) map.items.push(new Pair(toScalar(key), value));
  else pair.value = value;
}

export function deleteMember(map: YAMLMap, key: string): void {
  map.items = map.items.filter((pair) => toKeyText(pair.key) !== key);
}

export { isMap, isSeq, YAMLMap };
