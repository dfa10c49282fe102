import type { JsonObject } from "@composite-llm/core";
import type { Strategy } from "./strategy.ts";

/** Gives a strategy module its types, those of its options read off the schema: `export const strategy = defineStrategy({ … })`. */
export function defineStrategy<Options extends JsonObject>(strategy: Strategy<Options>): Strategy<Options> {
  return strategy;
}
