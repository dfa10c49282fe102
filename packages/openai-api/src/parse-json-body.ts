import { isRecord } from "@composite-llm/core";
import { formatPath } from "./format-path.ts";
import { invalidRequest } from "./invalid-request.ts";
import { pathAt } from "./path-at.ts";
import { type JsonProblem, scanJson } from "./scan-json.ts";

/** Levels of objects and lists in a body. JSON schemas of tools are the deepest thing in real requests, at about 30. */
export const MAX_JSON_DEPTH = 128;

/** Path segments that an error message shows at most. */
const SHOWN_SEGMENTS = 6;

const utf8 = new TextDecoder("utf-8", { fatal: true });

const SENTENCES: Record<JsonProblem["kind"], string> = {
  too_deep: `is nested deeper than ${MAX_JSON_DEPTH} levels: flatten it`,
  unsafe_integer: "is an integer beyond 2^53, which JSON numbers do not hold exactly: send it as a string or make it smaller",
  not_finite: "is a number too large to be represented: make it smaller",
};

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalidRequest(null, "The body is not valid UTF-8: encode the JSON as UTF-8.");
  }
}

/** Whether an object at any depth has a key of its own named `__proto__`. */
function hasProtoKey(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasProtoKey);
  if (!isRecord(value)) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasProtoKey);
}

/**
 * The JSON value of a request body. Of a key that is given twice the last value counts, as everywhere in JSON. A key named
 * `__proto__` is refused: it would turn a copied object into something else.
 *
 * @throws ApiError `invalid_request` for text that is not UTF-8 or not JSON, is nested too deep, or holds a number that a
 * double cannot represent
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (text.trim() === "") throw invalidRequest(null, "The body is empty: send a JSON object.");
  const problem = scanJson(text, MAX_JSON_DEPTH);
  if (problem !== null) {
    const path = pathAt(text, problem.offset);
    const field = formatPath(path.slice(0, SHOWN_SEGMENTS));
    throw invalidRequest(field, `${field ?? "The body"} ${SENTENCES[problem.kind]}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidRequest(null, `The body is not valid JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  // Written out or with escapes; one of the two must stand in the text for such a key to exist.
  if ((text.includes("__proto__") || /\\u00(?:5f|70|72|6f|74)/i.test(text)) && hasProtoKey(value)) {
    throw invalidRequest(null, "A key of the body is named __proto__, which is not allowed: rename it.");
  }
  return value;
}
