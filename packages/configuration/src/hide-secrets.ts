import { isRecord } from "@composite-llm/core";
import type { YamlFile } from "./yaml/read-yaml.ts";

/** Shorter values are ordinary words and numbers, and replacing them would make messages unreadable. */
const SHORTEST_SECRET = 6;

function keysIn(list: unknown): unknown[] {
  return Array.isArray(list) ? list.map((entry) => (isRecord(entry) ? entry["key"] : null)) : [];
}

/** Values that stand where the file has secrets. */
function secretsIn({ api_keys: apiKeys, providers, webhooks }: Record<string, unknown>): unknown[] {
  const providerKeys = isRecord(providers)
    ? Object.values(providers).flatMap((entry) => (isRecord(entry) ? keysIn(entry["keys"]) : []))
    : [];
  const signing = isRecord(webhooks) && isRecord(webhooks["secrets"]) ? Object.values(webhooks["secrets"]) : [];
  return [...keysIn(apiKeys), ...providerKeys, ...signing];
}

/**
 * What takes secrets out of a message: a value that a variable brought becomes the variable's name, a key that was
 * written into the file becomes `[secret]`.
 */
export function createHider(file: YamlFile): (message: string) => string {
  const replacements = new Map<string, string>();
  for (const value of secretsIn(file.value)) if (typeof value === "string") replacements.set(value, "[secret]");
  for (const { name, value } of file.used) replacements.set(value, `\${${name}}`);
  const hidden = [...replacements]
    .filter(([value]) => value.length >= SHORTEST_SECRET)
    .toSorted(([left], [right]) => right.length - left.length);
  return (message) => hidden.reduce((text, [value, label]) => text.replaceAll(value, label), message);
}
