// A share as a bar; the figures beside it say the same.

import type { JSX } from "preact";

export interface BarPart {
  readonly tone: string;
  readonly value: number;
}

/** `whole` is the bar's length: what the parts leave stays empty. */
export function Bar({
  parts,
  whole,
}: {
  readonly parts: readonly BarPart[];
  readonly whole: number;
}): JSX.Element {
  return (
    <span class="bar" aria-hidden="true">
      {parts.map(({ tone, value }) => (
        <i
          key={tone}
          class={`tone-${tone}`}
          style={{ width: `${whole === 0 ? 0 : Math.min(100, (value / whole) * 100)}%` }}
        />
      ))}
    </span>
  );
}
