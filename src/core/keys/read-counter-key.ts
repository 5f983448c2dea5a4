// Reads a counter's key back into the values that it was made of: for who shows it to an operator.

export interface ReadPart {
  /** "ip" or "path". */
  readonly label: string;
  /** undefined where the request had none. */
  readonly value: string | undefined;
}

/** undefined where the key is a hash: it may stand for a credential, or was too long. */
export function readCounterKey(key: string): readonly ReadPart[] | undefined {
  const parts: ReadPart[] = [];
  let rest = key;
  while (rest !== "") {
    const [head, label, length] = /^\|?([^=|]+)=(?:(\d+):|-)/.exec(rest) ?? [];
    if (head === undefined || label === undefined) return undefined;
    const end = head.length + Number(length ?? 0);
    if (end > rest.length) return undefined;
    parts.push({ label, value: length === undefined ? undefined : rest.slice(head.length, end) });
    rest = rest.slice(end);
  }
  return parts;
}
