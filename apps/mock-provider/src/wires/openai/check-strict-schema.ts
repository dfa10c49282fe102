import { isRecord } from "@composite-llm/core";
import type { Problem } from "../problem.ts";
import { invalid } from "./openai-problem.ts";

/** What is wrong with a schema in strict mode, and where; null when nothing. */
function findFault(schema: unknown, path: readonly string[]): string | null {
  if (!isRecord(schema)) return null;
  const context = `In context=(${path.map((part) => `'${part}'`).join(", ")})`;
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  if (schema["type"] === "object" || "properties" in schema) {
    if (schema["additionalProperties"] !== false) return `${context}, 'additionalProperties' is required to be supplied and to be false.`;
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    const forgotten = Object.keys(properties).find((name) => !required.includes(name));
    if (forgotten !== undefined) {
      return `${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${forgotten}'.`;
    }
  }
  const children: [string[], unknown][] = [
    ...Object.entries(properties).map(([name, child]): [string[], unknown] => [["properties", name], child]),
    [["items"], schema["items"]],
    ...["anyOf", "allOf"].flatMap((key) =>
      Array.isArray(schema[key]) ? schema[key].map((child, index): [string[], unknown] => [[key, String(index)], child]) : [],
    ),
    ...["$defs", "definitions"].flatMap((key) =>
      Object.entries(isRecord(schema[key]) ? schema[key] : {}).map(([name, child]): [string[], unknown] => [[key, name], child]),
    ),
  ];
  for (const [steps, child] of children) {
    const fault = findFault(child, [...path, ...steps]);
    if (fault !== null) return fault;
  }
  return null;
}

/** Strict mode wants every object closed and every property required. @param owner as `response_format 'ballot'` */
export function checkStrictSchema(schema: unknown, owner: string, param: string): Problem | null {
  const fault = findFault(schema, []);
  return fault === null
    ? null
    : invalid(`Invalid schema for ${owner}: ${fault}`, param.startsWith("tools") ? "invalid_function_parameters" : null, param);
}
