// Shares a supply by water-filling (max-min fairness): who wants less than an equal share gets all of it, and what they
// leave is shared by the others.

/** The most that anyone gets; Infinity when the supply is enough for all. */
export function toWaterLevel(wants: readonly number[], supply: number): number {
  let left = supply;
  const ascending = [...wants].sort((one, other) => one - other);
  for (const [index, want] of ascending.entries()) {
    const equal = left / (ascending.length - index);
    if (want > equal) return equal;
    left -= want;
  }
  return Infinity;
}
