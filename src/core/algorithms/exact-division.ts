// Exact a * b / c on integers whose product may pass 2^53: floating point would drift after a year of traffic.

interface Division {
  /** Added to the product before it is divided. */
  readonly add?: number;
  readonly divisor: number;
}

/** Whole quotient and remainder of (a * b + add) / divisor. All are integers of at least 0, divisor at least 1. */
export function multiplyDivide(
  a: number,
  b: number,
  { add = 0, divisor }: Division,
): { readonly quotient: number; readonly remainder: number } {
  const sum = a * b + add;
  if (sum <= Number.MAX_SAFE_INTEGER) {
    const remainder = sum % divisor;
    return { quotient: (sum - remainder) / divisor, remainder };
  }
  const exact = BigInt(a) * BigInt(b) + BigInt(add);
  const exactDivisor = BigInt(divisor);
  return { quotient: Number(exact / exactDivisor), remainder: Number(exact % exactDivisor) };
}

/** The same quotient, rounded up. */
export function multiplyDivideUp(a: number, b: number, division: Division): number {
  const { quotient, remainder } = multiplyDivide(a, b, division);
  return remainder > 0 ? quotient + 1 : quotient;
}
