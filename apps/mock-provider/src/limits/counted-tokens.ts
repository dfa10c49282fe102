import type { Ask } from "../wires/ask.ts";

/** What token limits count of a request. */
export interface CountedTokens {
  input: number;
  /** Null: what comes out, once it has ended. */
  output: number | null;
}

/** By the vendors' rule: `requested` counts the cap of every choice when the request arrives; without a cap there is nothing to count yet. */
export function countTokens({ inputTokens, maxTokens, choices }: Ask, counted: "requested" | "used"): CountedTokens {
  return { input: inputTokens, output: counted === "used" || maxTokens === null ? null : maxTokens * choices };
}
