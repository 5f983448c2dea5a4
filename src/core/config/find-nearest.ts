// The nearest known word to a mistyped one, by edit distance, so that an error can say "did you mean".

const WORD_LENGTH_MAX = 64;

/** Optimal string alignment: two letters that changed places are one edit. */
function toEditDistance(a: string, b: string): number {
  let beforePrevious: readonly number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swap = isSwap ? (beforePrevious[column - 2] ?? 0) + 1 : Infinity;
      current.push(Math.min(substitution, swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The known word at the smallest edit distance, or undefined when none is close enough to be what was meant. */
export function findNearest(word: string, known: readonly string[]): string | undefined {
  const typed = word.slice(0, WORD_LENGTH_MAX).toLowerCase();
  let nearest: string | undefined;
  // Less than the word itself, or two words without a letter in common would be near.
  let nearestDistance = Math.min(typed.length, Math.max(2, Math.ceil(typed.length / 2)) + 1);
  for (const candidate of known) {
    const distance = toEditDistance(typed, candidate.slice(0, WORD_LENGTH_MAX).toLowerCase());
    if (distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest;
}
