import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Problem } from "../problem.ts";
import { invalidType, invalidValue, missing } from "./check-fields.ts";
import { checkStrictSchema } from "./check-strict-schema.ts";
import { invalid } from "./openai-problem.ts";

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

export function invalidName(param: string, name: string): Problem {
  return invalid(
    `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$', but got '${name}'.`,
    "invalid_value",
    param,
  );
}

function checkTool(tool: unknown, param: string): Problem | null {
  if (!isRecord(tool)) return invalidType(param, "an object", tool);
  if (tool["type"] === undefined) return missing(`${param}.type`);
  if (tool["type"] === "custom") return null;
  if (tool["type"] !== "function") return invalidValue(`${param}.type`, tool["type"], ["function", "custom"]);
  const target = tool["function"];
  if (!isRecord(target)) return missing(`${param}.function`);
  const { name, parameters, strict } = target;
  if (typeof name !== "string") return missing(`${param}.function.name`);
  if (!NAME.test(name)) return invalidName(`${param}.function.name`, name);
  if (parameters === undefined || parameters === null) return null;
  if (!isRecord(parameters)) return invalidType(`${param}.function.parameters`, "an object", parameters);
  if (parameters["type"] !== undefined && parameters["type"] !== "object") {
    return invalid(
      `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"', got 'type: ${JSON.stringify(parameters["type"])}'.`,
      "invalid_function_parameters",
      `${param}.function.parameters`,
    );
  }
  return strict === true ? checkStrictSchema(parameters, `function '${name}'`, `${param}.function.parameters`) : null;
}

function checkToolChoice(body: JsonObject, names: readonly string[]): Problem | null {
  const choice = body["tool_choice"];
  if (choice === undefined || choice === null) return null;
  if (names.length === 0)
    return invalid("Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.", null, "tool_choice");
  if (typeof choice === "string") {
    return ["none", "auto", "required"].includes(choice) ? null : invalidValue("tool_choice", choice, ["none", "auto", "required"]);
  }
  if (!isRecord(choice)) return invalidType("tool_choice", "a string or an object", choice);
  if (choice["type"] !== "function") return null;
  const name = isRecord(choice["function"]) ? choice["function"]["name"] : undefined;
  if (typeof name !== "string") return missing("tool_choice.function.name");
  if (names.includes(name)) return null;
  return invalid(`Invalid value for 'tool_choice': tool '${name}' not found in 'tools'.`, null, "tool_choice");
}

export function checkTools(body: JsonObject): Problem | null {
  const { tools } = body;
  if (tools !== undefined && tools !== null && !Array.isArray(tools)) return invalidType("tools", "an array of objects", tools);
  const list = Array.isArray(tools) ? tools : [];
  if (Array.isArray(tools) && tools.length === 0) {
    return invalid(
      "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      "empty_array",
      "tools",
    );
  }
  for (const [index, tool] of list.entries()) {
    const problem = checkTool(tool, `tools[${index}]`);
    if (problem !== null) return problem;
  }
  if (list.length === 0 && body["parallel_tool_calls"] !== undefined) {
    return invalid(
      "Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified.",
      null,
      "parallel_tool_calls",
    );
  }
  return checkToolChoice(
    body,
    list.map((tool) => (isRecord(tool) && isRecord(tool["function"]) ? String(tool["function"]["name"]) : "")),
  );
}
