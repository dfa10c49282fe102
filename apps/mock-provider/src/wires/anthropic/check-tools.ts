import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Problem } from "../problem.ts";
import { invalid } from "./anthropic-problem.ts";

const NAME = /^[a-zA-Z0-9_-]{1,128}$/;

function checkTool(tool: unknown, index: number): Problem | null {
  if (!isRecord(tool)) return invalid(`tools.${index}: Input should be a valid dictionary`);
  // A tool of Anthropic's own has a dated type and no schema.
  if (typeof tool["type"] === "string" && tool["type"] !== "custom") {
    return /_\d{8}$/.test(tool["type"])
      ? null
      : invalid(`tools.${index}: Input tag '${tool["type"]}' found using 'type' does not match any of the expected tags`);
  }
  const param = `tools.${index}.custom`;
  const { name, input_schema: schema } = tool;
  if (typeof name !== "string") return invalid(`${param}.name: Field required`);
  if (!NAME.test(name)) return invalid(`${param}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
  if (!isRecord(schema)) return invalid(`${param}.input_schema: Field required`);
  return schema["type"] === "object" ? null : invalid(`${param}.input_schema.type: Input should be 'object'`);
}

function checkToolChoice(body: JsonObject, tools: readonly unknown[]): Problem | null {
  const choice = body["tool_choice"];
  if (choice === undefined) return null;
  const type = isRecord(choice) ? choice["type"] : undefined;
  if (!isRecord(choice) || !["auto", "any", "tool", "none"].includes(String(type))) {
    return invalid(
      `tool_choice: Input tag '${String(type)}' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'`,
    );
  }
  if (tools.length === 0) return invalid("tool_choice: `tool_choice` may only be specified while providing `tools`.");
  if (type !== "tool") return null;
  const { name } = choice;
  if (typeof name !== "string") return invalid("tool_choice.tool.name: Field required");
  return tools.some((tool) => isRecord(tool) && tool["name"] === name)
    ? null
    : invalid(`tool_choice: Tool '${name}' not found in provided tools`);
}

export function checkTools(body: JsonObject): Problem | null {
  const tools = body["tools"] ?? [];
  if (!Array.isArray(tools)) return invalid("tools: Input should be a valid list");
  for (const [index, tool] of tools.entries()) {
    const problem = checkTool(tool, index);
    if (problem !== null) return problem;
  }
  const names = tools.map((tool) => (isRecord(tool) ? tool["name"] : undefined));
  if (new Set(names).size < names.length) return invalid("tools: Tool names must be unique.");
  return checkToolChoice(body, tools);
}

/** A structured output needs every object closed. */
function findOpenObject(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(findOpenObject);
  if (!isRecord(schema)) return false;
  if (schema["type"] === "object" && schema["additionalProperties"] !== false) return true;
  return Object.entries(schema).some(([key, value]) => key !== "enum" && key !== "const" && findOpenObject(value));
}

export function checkOutputFormat(body: JsonObject): Problem | null {
  const config = body["output_config"];
  if (config === undefined || config === null) return null;
  if (!isRecord(config)) return invalid("output_config: Input should be a valid dictionary");
  const unknown = Object.keys(config).find((field) => !["effort", "format", "task_budget"].includes(field));
  if (unknown !== undefined) return invalid(`output_config.${unknown}: Extra inputs are not permitted`);
  const { format } = config;
  if (format === undefined || format === null) return null;
  if (!isRecord(format) || format["type"] !== "json_schema") return invalid("output_config.format.type: Input should be 'json_schema'");
  if (!isRecord(format["schema"])) return invalid("output_config.format.schema: Field required");
  if (!findOpenObject(format["schema"])) return null;
  return invalid("output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false");
}
