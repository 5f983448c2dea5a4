// Exact a * b / c on integers whose product may pass 2^53: floating point would drift after a year of traffic.

/** Whole quotient and remainder of (a * b + c) / divisor. All are integers of at least 0, divisor at least 1. */
export function multiplyAddDivide(
  a: number,
  b: number,
  { add, divisor }: { readonly add: number; readonly divisor: number },
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
