import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Problem } from "../problem.ts";
import { invalidType, invalidValue, missing } from "./check-fields.ts";
import { checkStrictSchema } from "./check-strict-schema.ts";
import { invalidName } from "./check-tools.ts";
import { invalid } from "./openai-problem.ts";

function checkJsonSchema(format: JsonObject): Problem | null {
  const described = format["json_schema"];
  if (!isRecord(described)) return missing("response_format.json_schema");
  const { name, schema, strict } = described;
  if (typeof name !== "string") return missing("response_format.json_schema.name");
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) return invalidName("response_format.json_schema.name", name);
  if (schema === undefined) return strict === true ? missing("response_format.json_schema.schema") : null;
  if (!isRecord(schema)) return invalidType("response_format.json_schema.schema", "an object", schema);
  if (strict !== true) return null;
  if (schema["type"] !== "object") {
    return invalid(
      `Invalid schema for response_format '${name}': schema must be a JSON Schema of 'type: "object"', got 'type: ${JSON.stringify(schema["type"])}'.`,
      null,
      "response_format",
    );
  }
  return checkStrictSchema(schema, `response_format '${name}'`, "response_format");
}

export function checkResponseFormat(body: JsonObject): Problem | null {
  const format = body["response_format"];
  if (format === undefined || format === null) return null;
  if (!isRecord(format)) return invalidType("response_format", "an object", format);
  switch (format["type"]) {
    case "text":
      return null;
    case "json_object":
      if (/json/i.test(JSON.stringify(body["messages"]))) return null;
      return invalid(
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
        null,
        "messages",
      );
    case "json_schema":
      return checkJsonSchema(format);
    case undefined:
      return missing("response_format.type");
    default:
      return invalidValue("response_format.type", format["type"], ["text", "json_object", "json_schema"]);
  }
}
