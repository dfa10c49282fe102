import { isRecord, type JsonObject } from "@composite-llm/core";
import { objectField, objectsField, textField } from "../../exchange/json-fields.ts";

/** Function tools in the API's form; tools of another type are the API's own and pass untouched. */
export function toTools(params: JsonObject): JsonObject[] {
  return objectsField(params, "tools").map((tool) => {
    if (tool["type"] !== "function") return tool;
    const called = objectField(tool, "function");
    const translated: JsonObject = {
      name: called["name"],
      input_schema: isRecord(called["parameters"]) ? called["parameters"] : { type: "object" },
    };
    if (textField(called, "description") !== null) translated["description"] = called["description"];
    if (called["strict"] === true) translated["strict"] = true;
    if (tool["cache_control"] !== undefined) translated["cache_control"] = tool["cache_control"];
    return translated;
  });
}

/** `tool_choice` and `parallel_tool_calls` as the API's one field; null when neither was given. */
export function toToolChoice({ tool_choice: choice, parallel_tool_calls: parallel }: JsonObject): JsonObject | null {
  const translated = translateChoice(choice);
  if (parallel !== false || translated?.["type"] === "none") return translated;
  return { ...(translated ?? { type: "auto" }), disable_parallel_tool_use: true };
}

function translateChoice(choice: unknown): JsonObject | null {
  if (choice === "auto" || choice === "none") return { type: choice };
  if (choice === "required") return { type: "any" };
  if (!isRecord(choice)) return null;
  return choice["type"] === "function" ? { type: "tool", name: objectField(choice, "function")["name"] } : choice;
}
