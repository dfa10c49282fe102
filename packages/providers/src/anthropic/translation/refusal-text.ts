import type { JsonObject } from "@composite-llm/core";
import { objectField, textField } from "../../exchange/json-fields.ts";

/** Why the API stopped the answer for its policies, from a message or its last delta; null where it did not. */
export function refusalText(message: JsonObject): string | null {
  if (message["stop_reason"] !== "refusal") return null;
  const details = objectField(message, "stop_details");
  const category = textField(details, "category");
  return (
    textField(details, "explanation") ?? (category === null ? "the model refused to answer" : `the model refused to answer (${category})`)
  );
}
