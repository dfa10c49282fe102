import { isRecord, type JsonObject } from "@composite-llm/core";

/** A field as text; null for anything else, the empty text included. */
export function textField(object: JsonObject, name: string): string | null {
  const value = object[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** A field as an object; empty for anything else. */
export function objectField(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isRecord(value) ? value : {};
}

/** A field as a list of objects; what is none is left out. */
export function objectsField(object: JsonObject, name: string): JsonObject[] {
  const value = object[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** A field as a whole number from 0; null for anything else, so that no nonsense is counted as tokens. */
export function countField(object: JsonObject, name: string): number | null {
  const value = object[name];
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
