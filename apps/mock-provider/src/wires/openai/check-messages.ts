import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Problem } from "../problem.ts";
import { invalidType, invalidValue, missing } from "./check-fields.ts";
import { invalid } from "./openai-problem.ts";

const ROLES = ["system", "assistant", "user", "function", "tool", "developer"];

/** Content parts that each role may send. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  user: ["text", "image_url", "input_audio", "file"],
  assistant: ["text", "refusal"],
  system: ["text"],
  developer: ["text"],
  tool: ["text"],
};

/** The field of a part that carries its content. */
const PART_FIELDS: Readonly<Record<string, string>> = {
  text: "text",
  image_url: "image_url",
  input_audio: "input_audio",
  file: "file",
  refusal: "refusal",
};

function checkPart(part: unknown, role: string, param: string): Problem | null {
  if (!isRecord(part)) return invalidType(param, "an object", part);
  const { type } = part;
  if (type === undefined) return missing(`${param}.type`);
  const supported = PARTS[role] ?? ["text"];
  if (typeof type !== "string" || !supported.includes(type)) return invalidValue(`${param}.type`, type, supported);
  const field = PART_FIELDS[type] ?? "text";
  const value = part[field];
  if (value === undefined) return missing(`${param}.${field}`);
  if ((field === "text" || field === "refusal") && typeof value !== "string") return invalidType(`${param}.${field}`, "a string", value);
  if (field === "image_url" && (!isRecord(value) || typeof value["url"] !== "string")) return missing(`${param}.image_url.url`);
  return null;
}

function checkContent(message: JsonObject, role: string, param: string): Problem | null {
  const { content } = message;
  if (typeof content === "string") return null;
  if (Array.isArray(content)) {
    if (content.length === 0) {
      return invalid(
        `Invalid '${param}.content': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
        "empty_array",
        `${param}.content`,
      );
    }
    for (const [index, part] of content.entries()) {
      const problem = checkPart(part, role, `${param}.content[${index}]`);
      if (problem !== null) return problem;
    }
    return null;
  }
  const isCall =
    role === "assistant" &&
    (Array.isArray(message["tool_calls"]) || isRecord(message["function_call"]) || typeof message["refusal"] === "string");
  if ((content === undefined || content === null) && isCall) return null;
  if (content === undefined) return missing(`${param}.content`);
  return invalid(
    `Invalid value for 'content': expected a string, got ${content === null ? "null" : typeof content}.`,
    null,
    `${param}.content`,
  );
}

function checkToolCalls(message: JsonObject, param: string): Problem | null {
  const calls = message["tool_calls"];
  if (calls === undefined || calls === null) return null;
  if (!Array.isArray(calls)) return invalidType(`${param}.tool_calls`, "an array of objects", calls);
  if (calls.length === 0) {
    return invalid(
      `Invalid '${param}.tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
      "empty_array",
      `${param}.tool_calls`,
    );
  }
  for (const [index, call] of calls.entries()) {
    const at = `${param}.tool_calls[${index}]`;
    if (!isRecord(call)) return invalidType(at, "an object", call);
    if (typeof call["id"] !== "string") return missing(`${at}.id`);
    if (call["type"] !== "function") return missing(`${at}.type`);
    const target = call["function"];
    if (!isRecord(target) || typeof target["name"] !== "string") return missing(`${at}.function.name`);
    if (typeof target["arguments"] !== "string") return missing(`${at}.function.arguments`);
  }
  return null;
}

function checkMessage(message: unknown, param: string): Problem | null {
  if (!isRecord(message)) return invalidType(param, "an object", message);
  const { role } = message;
  if (role === undefined) return missing(`${param}.role`);
  if (typeof role !== "string" || !ROLES.includes(role)) return invalidValue(`${param}.role`, role, ROLES);
  if (role === "tool" && typeof message["tool_call_id"] !== "string") return missing(`${param}.tool_call_id`);
  return checkContent(message, role, param) ?? (role === "assistant" ? checkToolCalls(message, param) : null);
}

/** Every tool call has its result in the messages right after it, and every result its call. */
function checkToolResults(messages: readonly JsonObject[]): Problem | null {
  let open = new Set<string>();
  let answerable = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message["role"] === "tool") {
      const id = String(message["tool_call_id"]);
      if (!answerable.has(id)) {
        return invalid(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          null,
          `messages.[${index}].role`,
        );
      }
      open.delete(id);
      continue;
    }
    if (open.size > 0) return unanswered(open, index);
    const calls = Array.isArray(message["tool_calls"]) ? message["tool_calls"].filter(isRecord) : [];
    answerable = new Set(calls.map((call) => String(call["id"])));
    open = new Set(answerable);
  }
  return open.size > 0 ? unanswered(open, messages.length) : null;
}

function unanswered(ids: ReadonlySet<string>, index: number): Problem {
  const rule = "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.";
  return invalid(
    `${rule} The following tool_call_ids did not have response messages: ${[...ids].join(", ")}`,
    null,
    `messages.[${index}].role`,
  );
}

export function checkMessages(body: JsonObject): Problem | null {
  const { messages } = body;
  if (messages === undefined) return missing("messages");
  if (!Array.isArray(messages)) return invalidType("messages", "an array of objects", messages);
  if (messages.length === 0) {
    return invalid(
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      "empty_array",
      "messages",
    );
  }
  for (const [index, message] of messages.entries()) {
    const problem = checkMessage(message, `messages[${index}]`);
    if (problem !== null) return problem;
  }
  return checkToolResults(messages.filter(isRecord));
}
