import { invalidRequest } from "@composite-llm/openai-api";

/** A query string as it was parsed: a name that is given twice has a list. */
export type Query = Readonly<Record<string, unknown>>;

/** A parameter's text; null when it is not given. @throws ApiError when it is given more than once */
export function textOf(query: Query, name: string): string | null {
  const value = query[name];
  if (value === undefined) return null;
  if (typeof value === "string") return value;
  throw invalidRequest(name, `${name} is given more than once: give it once.`);
}
