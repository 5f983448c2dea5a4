// Random field masks, and how they are written.

import fc from "fast-check";
import type { FieldMask } from "../../../src/core/shape/field-mask.ts";

/** Few names, so that masks and documents meet; some must be escaped, some are dangerous in objects. */
export const someName = fc.constantFrom(
  "aa",
  "b",
  "cab",
  "__proto__",
  "length",
  "x,y",
  "(",
  "/",
  "\\",
  "é",
  "constructor",
);

const level = (depth: number): fc.Arbitrary<FieldMask> =>
  fc
    .array(
      fc.tuple(
        someName,
        depth === 0 ? fc.constant(undefined) : fc.option(level(depth - 1), { nil: undefined }),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((entries) => new Map(entries));

export const someMask = level(3);

export function showMask(mask: FieldMask): string {
  return [...mask]
    .map(([name, below]) => {
      const written = name.replace(/[\\,()/\s]/gu, String.raw`\$&`);
      if (below === undefined) return written;
      const [only] = below.keys();
      return below.size === 1 && only !== undefined
        ? `${written}/${showMask(below)}`
        : `${written}(${showMask(below)})`;
    })
    .join(",");
}
