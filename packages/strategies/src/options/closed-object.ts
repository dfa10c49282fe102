import { nearestName } from "@composite-llm/core";
import { z } from "zod";

/** An object schema that refuses names it does not know, and says which one was probably meant. */
export function closedObject<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return undefined;
      return issue.keys.map((name) => describeUnknown(name, known)).join("; ");
    },
  });
}

function describeUnknown(name: string, known: readonly string[]): string {
  const meant = nearestName(name, known);
  if (meant !== null) return `unknown name \`${name.slice(0, 64)}\`, did you mean \`${meant}\`?`;
  if (known.length === 0) return `unknown name \`${name.slice(0, 64)}\`: there are no options here`;
  return `unknown name \`${name.slice(0, 64)}\`, known are ${known.join(", ")}`;
}
