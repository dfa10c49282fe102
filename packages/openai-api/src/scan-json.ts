import { endOfString } from "./json-string.ts";

export interface JsonProblem {
  kind: "too_deep" | "unsafe_integer" | "not_finite";
  /** Where in the text it was found. */
  offset: number;
}

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Numbers of fewer characters, without an exponent, are exact. */
const SAFE_LENGTH = 15;

function problemOfNumber(token: string): JsonProblem["kind"] | null {
  if (token.length <= SAFE_LENGTH && !token.includes("e") && !token.includes("E")) return null;
  const value = Number(token);
  if (!Number.isFinite(value)) return "not_finite";
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? "unsafe_integer" : null;
}

/**
 * Looks at the text for what `JSON.parse` would accept and spoil: nesting that later code would have to recurse into, and
 * numbers that a double does not hold exactly. Strings are skipped in one step, so a body of images costs next to nothing.
 * The text need not be valid JSON.
 */
export function scanJson(text: string, maxDepth: number): JsonProblem | null {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = endOfString(text, index);
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > maxDepth) return { kind: "too_deep", offset: index };
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      NUMBER.lastIndex = index;
      const token = NUMBER.exec(text)?.[0] ?? "-";
      const kind = problemOfNumber(token);
      if (kind !== null) return { kind, offset: index };
      index += token.length - 1;
    }
  }
  return null;
}
