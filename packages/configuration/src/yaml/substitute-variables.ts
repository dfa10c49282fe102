import type { Environment } from "../environment.ts";

export interface Substitution {
  text: string;
  /** Variables that were put in, with their values. */
  used: { name: string; value: string }[];
  /** Variables that have neither a value nor a default. */
  unset: string[];
  /** Whether a `${` is not the beginning of `${NAME}` or `${NAME:-default}`. */
  malformed: boolean;
}

const REFERENCE = /\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?/g;

/**
 * Puts variables into a text: `${NAME}`, `${NAME:-default}`; `$${` stands for `${` itself. A variable that is set to
 * nothing counts as unset, and leaves nothing behind.
 */
export function substituteVariables(text: string, env: Environment): Substitution {
  const result: Substitution = { text, used: [], unset: [], malformed: false };
  result.text = text.replace(REFERENCE, (whole, name: string | undefined, fallback: string | undefined) => {
    if (whole === "$${") return "${";
    if (name === undefined) {
      result.malformed = true;
      return whole;
    }
    const value = env[name];
    if (value !== undefined && value !== "") {
      result.used.push({ name, value });
      return value;
    }
    if (fallback === undefined) result.unset.push(name);
    return fallback ?? "";
  });
  return result;
}
