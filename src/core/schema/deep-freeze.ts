// Freezes a value with everything in it. Only for trees of plain data: what the configuration's parsers make.

export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
