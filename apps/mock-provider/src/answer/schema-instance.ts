import { isRecord, type JsonObject, type Random } from "@composite-llm/core";

export interface InstanceContext {
  /** The whole schema, for `$ref`. */
  root: unknown;
  random: Random;
  /** Text for strings without a form of their own. */
  text: string;
  /** How deep optional parts are filled in. */
  depth?: number;
}

const MAX_DEPTH = 6;
const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-02T03:04:05Z",
  date: "2026-01-02",
  time: "03:04:05Z",
  duration: "P1D",
  email: "simulated@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/simulated",
  url: "https://example.com/simulated",
  uuid: "00000000-0000-4000-8000-000000000000",
};

function resolvePointer(root: unknown, pointer: string): unknown {
  let value: unknown = root;
  for (const part of pointer.replace(/^#\/?/, "").split("/").filter(Boolean)) {
    value = isRecord(value) ? value[part.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  }
  return value;
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

function makeString(schema: JsonObject, { text }: InstanceContext): string {
  const format = typeof schema["format"] === "string" ? FORMATS[schema["format"]] : undefined;
  if (format !== undefined) return format;
  const max = numberOr(schema["maxLength"], Number.POSITIVE_INFINITY);
  return text.padEnd(numberOr(schema["minLength"], 0), ".").slice(0, max);
}

function countDecimals(value: number): number {
  const [, decimals = "", exponent = "0"] = /\.?(\d*)(?:e-(\d+))?$/.exec(String(value).replace(/^\d+/, "")) ?? [];
  return decimals.length + Number(exponent);
}

function makeNumber(schema: JsonObject, isInteger: boolean, { random }: InstanceContext): number {
  const step = numberOr(schema["multipleOf"], isInteger ? 1 : 0.01);
  const exclusiveMin = numberOr(schema["exclusiveMinimum"], Number.NEGATIVE_INFINITY);
  const exclusiveMax = numberOr(schema["exclusiveMaximum"], Number.POSITIVE_INFINITY);
  let low = Math.max(numberOr(schema["minimum"], Number.NEGATIVE_INFINITY), exclusiveMin);
  let high = Math.min(numberOr(schema["maximum"], Number.POSITIVE_INFINITY), exclusiveMax);
  if (low === Number.NEGATIVE_INFINITY) low = high === Number.POSITIVE_INFINITY ? 0 : high - 10 * step;
  if (high === Number.POSITIVE_INFINITY) high = low + 10 * step;
  const first = low === exclusiveMin ? Math.floor(low / step) + 1 : Math.ceil(low / step - 1e-9);
  const last = high === exclusiveMax ? Math.ceil(high / step) - 1 : Math.floor(high / step + 1e-9);
  const steps = first + Math.floor(random() * Math.max(1, last - first + 1));
  // Multiplying brings noise behind the step's own decimals.
  return Number((steps * step).toFixed(Math.min(countDecimals(step), 12)));
}

function makeArray(schema: JsonObject, context: InstanceContext): unknown[] {
  const prefix = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : [];
  const items = schema["items"] ?? {};
  const min = numberOr(schema["minItems"], 0);
  const wanted = items === false ? prefix.length : Math.max(min, prefix.length > 0 ? prefix.length : 2);
  const length = (context.depth ?? 0) >= MAX_DEPTH ? min : Math.min(wanted, numberOr(schema["maxItems"], wanted));
  const made: unknown[] = [];
  for (let index = 0; index < length; index += 1) {
    const text = schema["uniqueItems"] === true ? `${index + 1} ${context.text}` : context.text;
    made.push(makeInstance(prefix[index] ?? items, { ...context, text }));
  }
  return made;
}

function makeObject(schema: JsonObject, context: InstanceContext): JsonObject {
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const isDeep = (context.depth ?? 0) >= MAX_DEPTH;
  const made: JsonObject = {};
  for (const [name, property] of Object.entries(properties)) {
    if (!isDeep || required.includes(name)) made[name] = makeInstance(property, context);
  }
  for (const name of required) {
    if (typeof name === "string" && !(name in made)) made[name] = makeInstance(schema["additionalProperties"] ?? {}, context);
  }
  return made;
}

function typeOf(schema: JsonObject): string {
  const { type } = schema;
  if (Array.isArray(type)) return String(type.find((option) => option !== "null") ?? "null");
  if (typeof type === "string") return type;
  if ("properties" in schema || "required" in schema) return "object";
  if ("items" in schema || "prefixItems" in schema) return "array";
  return "string";
}

/** The branch to take: beyond the depth where optional things end, the one that ends soonest. */
function chooseBranch(branches: readonly unknown[], context: InstanceContext): unknown {
  const leaf = branches.find((branch) => isRecord(branch) && !("$ref" in branch) && !["object", "array"].includes(typeOf(branch)));
  return (context.depth ?? 0) >= MAX_DEPTH && leaf !== undefined ? leaf : branches[0];
}

/** A value that fits a JSON schema, the same for the same generator. Patterns and `not` are beyond it. */
export function makeInstance(schema: unknown, context: InstanceContext): unknown {
  if (!isRecord(schema)) return schema === false ? null : context.text;
  const inner = { ...context, depth: (context.depth ?? 0) + 1 };
  if (inner.depth > 4 * MAX_DEPTH) return null;
  if ("const" in schema) return schema["const"];
  const { enum: values, $ref: ref, allOf } = schema;
  if (Array.isArray(values) && values.length > 0) return values[Math.floor(context.random() * values.length)];
  if (typeof ref === "string") return makeInstance(resolvePointer(context.root, ref), inner);
  if (Array.isArray(allOf)) {
    const { allOf: _, ...rest } = schema;
    return makeInstance(mergeSchemas([rest, ...allOf], context.root), inner);
  }
  const branches = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(branches)) return makeInstance(chooseBranch(branches, context), inner);
  switch (typeOf(schema)) {
    case "object":
      return makeObject(schema, inner);
    case "array":
      return makeArray(schema, inner);
    case "integer":
      return makeNumber(schema, true, inner);
    case "number":
      return makeNumber(schema, false, inner);
    case "boolean":
      return context.random() < 0.5;
    case "null":
      return null;
    default:
      return makeString(schema, inner);
  }
}

function mergeSchemas(parts: readonly unknown[], root: unknown): JsonObject {
  const merged: JsonObject = {};
  for (const part of parts) {
    const schema = isRecord(part) && typeof part["$ref"] === "string" ? resolvePointer(root, part["$ref"]) : part;
    if (!isRecord(schema)) continue;
    const properties = {
      ...(isRecord(merged["properties"]) ? merged["properties"] : {}),
      ...(isRecord(schema["properties"]) ? schema["properties"] : {}),
    };
    const required = [
      ...(Array.isArray(merged["required"]) ? merged["required"] : []),
      ...(Array.isArray(schema["required"]) ? schema["required"] : []),
    ];
    Object.assign(merged, schema);
    if (Object.keys(properties).length > 0) merged["properties"] = properties;
    if (required.length > 0) merged["required"] = required;
  }
  return merged;
}
