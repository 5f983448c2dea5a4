// The syntax of Cache-Control (RFC 9111 section 5.2): names, arguments, quotes. What a directive means is not decided
// here. A malformed directive keeps its name, so that a restriction is never lost to a typing error.

export interface Directive {
  /** Lower case: names are compared case-insensitively. */
  readonly name: string;
  /** Without its quotes; undefined when there is none. Both forms are accepted, as section 5.2 asks. */
  readonly argument: string | undefined;
  /** Something follows the name that is neither a token nor a quoted string. */
  readonly isMalformed: boolean;
}

const DIRECTIVE =
  /(?<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:=(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[!#$%&'*+.^_`|~0-9A-Za-z-]+)))?(?<rest>[^,]*)/sy;
const SEPARATORS = /[\t ,]*/y;
const NEXT_COMMA = /[^,]*/y;

/** Every directive in the order of the field, duplicates included. Never fails: what has no name is skipped. */
export function parseCacheControl(value: string): readonly Directive[] {
  const directives: Directive[] = [];
  let at = skip(SEPARATORS, value, 0);
  while (at < value.length) {
    DIRECTIVE.lastIndex = at;
    const match = DIRECTIVE.exec(value);
    if (match?.groups === undefined) {
      at = skip(NEXT_COMMA, value, at);
    } else {
      directives.push(toDirective(match.groups));
      at = DIRECTIVE.lastIndex;
    }
    at = skip(SEPARATORS, value, at);
  }
  return directives;
}

function toDirective(groups: Readonly<Record<string, string | undefined>>): Directive {
  const { name = "", quoted, token, rest = "" } = groups;
  return {
    name: name.toLowerCase(),
    argument: quoted === undefined ? token : quoted.replace(/\\(.)/gs, "$1"),
    isMalformed: rest.trim() !== "",
  };
}

function skip(pattern: RegExp, text: string, at: number): number {
  // A sticky expression keeps its place in itself; both are set before every use.
  // oxlint-disable-next-line no-param-reassign -- see above
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
