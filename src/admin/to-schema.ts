// JSON Schema of what a valibot schema makes of its input: the side that has its bounds. Of valibot it knows what the
// admin API's schemas are made of.

import type * as v from "valibot";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What is read of valibot's schemas and actions, which are plain objects. */
interface Part {
  readonly kind: string;
  readonly type: string;
  readonly pipe?: readonly Part[];
  readonly requirement?: number | RegExp;
  readonly entries?: Readonly<Record<string, Part>>;
  readonly item?: Part;
  readonly key?: Part;
  readonly value?: Part;
  readonly wrapped?: Part;
  readonly default?: unknown;
  readonly literal?: unknown;
  readonly options?: readonly unknown[];
}

/** Checks that no JSON Schema can say are left out: those are in words, in the problems. */
export function toSchema(schema: v.GenericSchema): JsonSchema {
  return convert(schema);
}

/** Of a pipe, the last schema and the bounds after it: what comes before is of the input alone. */
function convert(part: Part | undefined): JsonSchema {
  if (part?.pipe === undefined) return part === undefined ? {} : convertOne(part);
  const last = part.pipe.findLastIndex(({ kind }) => kind === "schema");
  const [schema, ...actions] = part.pipe.slice(last);
  const { type } = schema ?? part;
  return Object.assign({}, convert(schema), ...actions.map((action) => toBound(action, type)));
}

function convertOne(part: Part): JsonSchema {
  const { type, item, key, value, wrapped, literal, options } = part;
  switch (type) {
    case "optional":
      return { ...convert(wrapped), ...(part.default === undefined ? {} : { default: part.default }) };
    case "strict_object":
      return toObject(part);
    case "record":
      return { type: "object", propertyNames: convert(key), additionalProperties: convert(value) };
    case "array":
      return { type, items: convert(item) };
    case "union":
      return toUnion(part);
    case "nullable":
      return { anyOf: [convert(wrapped), { type: "null" }] };
    case "picklist":
      return { type: "string", enum: options };
    case "literal":
      return { const: literal };
    case "custom":
      return { type: "object" };
    case "unknown":
      return {};
    default:
      return { type };
  }
}

function toUnion({ options = [] }: Part): JsonSchema {
  return { anyOf: options.map((option) => convert(option as Part)) };
}

function toObject({ entries = {} }: Part): JsonSchema {
  const names = Object.keys(entries);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, convert(entries[name])])),
    required: names.filter((name) => entries[name]?.type !== "optional"),
    additionalProperties: false,
  };
}

/** What a check of a pipe says of values of this type, as far as JSON Schema can say it. */
function toBound({ type, requirement }: Part, of: string): JsonSchema {
  switch (type) {
    case "integer":
      return { type };
    case "regex":
      return requirement instanceof RegExp ? { pattern: requirement.source } : {};
    case "min_value":
      return { minimum: requirement };
    case "max_value":
      return { maximum: requirement };
    case "min_length":
      return of === "array" ? { minItems: requirement } : { minLength: requirement };
    case "max_length":
      return of === "array" ? { maxItems: requirement } : { maxLength: requirement };
    default:
      return {};
  }
}
