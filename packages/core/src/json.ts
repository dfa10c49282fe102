export type JsonObject = Record<string, unknown>;

/** Whether a value is a plain JSON object, so neither null nor an array. */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
