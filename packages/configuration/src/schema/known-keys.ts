import { isRecord } from "@composite-llm/core";
import { z } from "zod";

type JsonSchema = Readonly<Record<string, unknown>>;

function branchesOf(schema: JsonSchema): JsonSchema[] {
  const inner = [schema["anyOf"], schema["allOf"], schema["oneOf"]].filter((list) => Array.isArray(list)).flat();
  return [schema, ...inner.filter((branch) => isRecord(branch)).flatMap((branch) => branchesOf(branch))];
}

function step(schema: JsonSchema, part: PropertyKey): JsonSchema[] {
  return branchesOf(schema).flatMap((branch) => {
    if (typeof part === "number") return isRecord(branch["items"]) ? [branch["items"]] : [];
    const properties = isRecord(branch["properties"]) ? branch["properties"] : {};
    const next = Object.hasOwn(properties, part) ? properties[String(part)] : branch["additionalProperties"];
    return isRecord(next) ? [next] : [];
  });
}

/** The names that a schema knows at a path: what a misspelt key is compared with. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: JsonSchema[] = [z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" })];
  for (const part of path) here = here.flatMap((one) => step(one, part));
  return here.flatMap((one) => branchesOf(one)).flatMap((one) => (isRecord(one["properties"]) ? Object.keys(one["properties"]) : []));
}
