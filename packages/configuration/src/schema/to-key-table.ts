import { isRecord, type JsonObject } from "@composite-llm/core";
import { z } from "zod";
import { configurationSchema } from "./configuration-schema.ts";

/** A key of `composite.yaml`, as the documentation lists it. */
interface DocumentedKey {
  /** `providers.*.keys[].name`: `*` for any name, `[]` for the entries of a list. */
  path: string;
  /** Its default as YAML; null where there is none. */
  fallback: string | null;
  description: string;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "number",
  integer: "whole number",
  boolean: "true or false",
  array: "list",
  object: "mapping",
};

/** `{}` is what the keys within say better. */
function fallbackOf(schema: JsonObject): string | null {
  const fallback = schema["default"];
  return fallback === undefined || JSON.stringify(fallback) === "{}" || fallback === ""
    ? null
    : JSON.stringify(fallback).replaceAll('"', "");
}

function describe(schema: JsonObject): string {
  const words = Array.isArray(schema["enum"]) ? schema["enum"].join(", ") : (KINDS[String(schema["type"])] ?? null);
  const description = typeof schema["description"] === "string" ? schema["description"] : "";
  return words === null ? description : `${description} (${words})`;
}

function keysBelow(schema: unknown, path: string): DocumentedKey[] {
  if (!isRecord(schema)) return [];
  const named = Object.entries(isRecord(schema["properties"]) ? schema["properties"] : {}).flatMap(([name, inner]) => {
    const at = path === "" ? name : `${path}.${name}`;
    if (!isRecord(inner)) return [];
    return [{ path: at, fallback: fallbackOf(inner), description: describe(inner) }, ...keysBelow(inner, at)];
  });
  const others = schema["additionalProperties"];
  const own =
    isRecord(others) && typeof others["description"] === "string"
      ? [{ path: `${path}.*`, fallback: null, description: describe(others) }]
      : [];
  return [...named, ...own, ...keysBelow(others, `${path}.*`), ...keysBelow(schema["items"], `${path}[]`)];
}

/** Every key of `composite.yaml` but the options of strategies, in the order of the schema. */
function listKeys(): DocumentedKey[] {
  return keysBelow(z.toJSONSchema(configurationSchema, { io: "input", unrepresentable: "any", reused: "inline" }), "");
}

/** The keys as a table in Markdown, for the documentation. */
export function toKeyTable(): string {
  const rows = listKeys().map(
    ({ path, fallback, description }) => `| \`${path}\` | ${fallback === null ? "" : `\`${fallback}\``} | ${description} |`,
  );
  return `${["| key | default | |", "|---|---|---|", ...rows].join("\n")}\n`;
}
