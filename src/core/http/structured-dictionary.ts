// Parses a Structured Field dictionary (RFC 9651 section 4.2.2) as far as cache directives need it: keys, booleans,
// integers and strings exactly; all other types are recognised as such; parameters are checked and dropped.

export type StructuredValue =
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "integer"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "other" };

const KEY = "[a-z*][a-z0-9_.*-]*";
const BARE = [
  "\\?(?<boolean>[01])",
  "-?\\d{1,12}\\.\\d{1,3}",
  "(?<integer>-?\\d{1,15})",
  '"(?<string>(?:[ !#-\\[\\]-~]|\\\\["\\\\])*)"',
  "[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*",
  ":[A-Za-z0-9+/=]*:",
  "@-?\\d{1,15}",
  '%"(?:[ !#$&-~]|%[0-9a-f]{2})*"',
].join("|");
const UNNAMED = BARE.replaceAll(/\?<\w+>/g, "?:");
const PARAMETERS = `(?:; *${KEY}(?:=(?:${UNNAMED}))?)*`;
const INNER_LIST = `\\( *(?:(?:${UNNAMED})${PARAMETERS}(?: +(?:${UNNAMED})${PARAMETERS})* *)?\\)`;
const MEMBER = new RegExp(`(?<key>${KEY})(?<given>=(?:${BARE}|${INNER_LIST}))?${PARAMETERS}`, "y");
const COMMA = /[\t ]*(?<comma>,[\t ]*)?/y;

/** The dictionary, last member winning, or undefined when the field fails to parse. An empty field is an empty one. */
export function parseDictionary(field: string): ReadonlyMap<string, StructuredValue> | undefined {
  const text = field.replace(/^ +/, "");
  const dictionary = new Map<string, StructuredValue>();
  let at = 0;
  while (at < text.length) {
    MEMBER.lastIndex = at;
    const groups = MEMBER.exec(text)?.groups;
    if (groups === undefined) return undefined;
    dictionary.set(groups["key"] ?? "", toValue(groups));
    COMMA.lastIndex = MEMBER.lastIndex;
    const comma = COMMA.exec(text)?.groups?.["comma"];
    at = COMMA.lastIndex;
    // A trailing comma is an error, and so is anything but a comma between two members.
    if ((comma === undefined) !== (at === text.length)) return undefined;
  }
  return dictionary;
}

function toValue(groups: Readonly<Record<string, string | undefined>>): StructuredValue {
  if (groups["given"] === undefined) return { type: "boolean", value: true };
  if (groups["boolean"] !== undefined) return { type: "boolean", value: groups["boolean"] === "1" };
  if (groups["integer"] !== undefined) return { type: "integer", value: Number(groups["integer"]) };
  if (groups["string"] === undefined) return { type: "other" };
  return { type: "string", value: groups["string"].replace(/\\(.)/g, "$1") };
}
