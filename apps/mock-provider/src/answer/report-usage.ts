import type { Behaviour } from "../behaviour/behaviour.ts";
import type { AnswerChoice, ReportedUsage } from "./answer.ts";
import { outputTokensOf } from "./answer.ts";

/** The usage that the caller is told, which a behaviour may falsify. */
export function reportUsage(choices: readonly AnswerChoice[], inputTokens: number, behaviour: Behaviour): ReportedUsage {
  if (behaviour.usage === "null" || behaviour.usage === "none") return { kind: behaviour.usage };
  const factor = { true: 1, zero: 0, x10: 10 }[behaviour.usage];
  const output = choices.reduce((sum, choice) => sum + outputTokensOf(choice), 0);
  const reasoning = choices.reduce((sum, choice) => sum + choice.reasoning.length, 0);
  return {
    kind: "tokens",
    tokens: {
      input: inputTokens * factor,
      output: output * factor,
      cached: Math.min(behaviour.cachedTokens, inputTokens) * factor,
      reasoning: reasoning * factor,
    },
  };
}
