// The gateway's structured fields, read by a parser that is not ours: what it refuses, a real client would refuse.

import { parseList, Token, type BareItem } from "structured-headers";
import type { Head } from "./client.ts";

export interface Member {
  readonly value: string;
  readonly isString: boolean;
  readonly parameters: Readonly<Record<string, BareItem>>;
}

/** The members of a field that is a list of items (RFC 9651 section 3.1); [] when the field is not there. */
export function membersOf(head: Head, name: string): readonly Member[] {
  const value = head.field(name);
  if (value === undefined) return [];
  return parseList(value).map(([item, parameters]) => {
    const isString = typeof item === "string";
    if (!isString && !(item instanceof Token)) {
      throw new TypeError(`${name} must hold strings or tokens, received ${value}`);
    }
    return {
      value: item.toString(),
      isString,
      parameters: Object.fromEntries([...parameters].map(toParameter)),
    };
  });
}

/** A token and a string are different things on the wire; in a test's expectation the text is enough. */
function toParameter([name, value]: [string, BareItem]): [string, BareItem] {
  return [name, value instanceof Token ? value.toString() : value];
}

/** The last member of a list field: the one that the nearest cache or proxy wrote. */
export function lastMemberOf(head: Head, name: string): Member | undefined {
  return membersOf(head, name).at(-1);
}
