import { isRecord, type JsonObject } from "@composite-llm/core";
import { z } from "zod";
import type { StrategySource } from "../strategy-registry.ts";
import { configurationSchema, defaultsSchema, profileSchema } from "./configuration-schema.ts";

/** A value that an environment variable brings when the file is read. */
const VARIABLE = { type: "string", pattern: "\\$\\{", description: "An environment variable: `${NAME}` or `${NAME:-default}`" };

function convert(schema: z.ZodType): JsonObject {
  return { ...z.toJSONSchema(schema, { io: "input", target: "draft-7", unrepresentable: "any", reused: "inline" }) };
}

/** Lets a variable stand for every number, truth value and word of a list; other texts it can stand for anyway. */
function admitVariables(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map((inner) => admitVariables(inner));
  if (!isRecord(schema)) return schema;
  const isTyped = ["number", "integer", "boolean"].includes(String(schema["type"])) || Array.isArray(schema["enum"]) || "const" in schema;
  if (isTyped) {
    const { description, default: fallback, ...rest } = schema;
    return {
      ...(description === undefined ? {} : { description }),
      ...(fallback === undefined ? {} : { default: fallback }),
      anyOf: [rest, { $ref: "#/definitions/variable" }],
    };
  }
  if (typeof schema["pattern"] === "string") return { ...schema, pattern: `${schema["pattern"]}|\\$\\{` };
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === "propertyNames" || key === "default" || key === "required") return [key, value];
      if (key === "properties" && isRecord(value))
        return [key, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, admitVariables(inner)]))];
      return [key, admitVariables(value)];
    }),
  );
}

/** Options of a strategy as they stand in a file: none of them must be there. */
function optionsOf(strategy: z.ZodObject, common: z.ZodObject, more: z.ZodRawShape): JsonObject {
  return convert(z.strictObject({ ...z.object({ ...common.shape, ...strategy.shape }).partial().shape, ...more }));
}

function propertiesOf(schema: unknown): JsonObject {
  return isRecord(schema) && isRecord(schema["properties"]) ? schema["properties"] : {};
}

/**
 * The JSON Schema of `composite.yaml`, for editors. The strategies' options stand in `defaults` and `profiles`; those of own
 * strategies are not looked into.
 */
export function toJsonSchema(source: Pick<StrategySource, "builtIn" | "common">): JsonObject {
  const schema = convert(configurationSchema);
  const properties = propertiesOf(schema);
  const strategies = Object.entries(source.builtIn);
  const { strategy: strategyName, ...profileKeys } = profileSchema.shape;
  const profiles = strategies.map(([name, { options }]) =>
    optionsOf(options, source.common, { strategy: z.literal(name).describe(strategyName.description ?? ""), ...profileKeys }),
  );
  const own = {
    ...convert(profileSchema),
    properties: {
      ...propertiesOf(convert(profileSchema)),
      strategy: { type: "string", pattern: `^(?!(?:${strategies.map(([name]) => name).join("|")})$)` },
    },
  };
  properties["profiles"] = {
    ...(isRecord(properties["profiles"]) ? properties["profiles"] : {}),
    additionalProperties: { anyOf: [...profiles, own] },
  };
  const defaults = Object.fromEntries(strategies.map(([name, { options }]) => [name, optionsOf(options, source.common, {})]));
  properties["defaults"] = {
    ...(isRecord(properties["defaults"]) ? properties["defaults"] : {}),
    properties: { ...propertiesOf(convert(defaultsSchema)), ...defaults },
    additionalProperties: { type: "object" },
  };
  const admitted = admitVariables(schema);
  return {
    ...(isRecord(admitted) ? admitted : {}),
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "composite.yaml",
    definitions: { variable: VARIABLE },
  };
}
