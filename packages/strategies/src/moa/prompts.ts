import type { Message } from "@composite-llm/contracts";
import { appendMaterial, type Material } from "../prompt/append-material.ts";
import { TOOL_TASK, toToolMaterial } from "../prompt/member-messages.ts";
import type { Answer, StrategyContext } from "../strategy.ts";

type View = Pick<StrategyContext<unknown>, "messages" | "toolNotes" | "plan">;

function toReferences(answers: readonly Answer[]): Material[] {
  return answers.map(({ text }, index) => ({ kind: "reference", label: String(index + 1), text }));
}

function toIntro(count: number): string {
  return count === 1
    ? "Here is one answer to the conversation above, the reference."
    : `Here are ${count} answers to the conversation above, the references. Their order means nothing.`;
}

const JUDGE = [
  "Judge each reference by its content alone. Check facts, calculations, quotations and code yourself:",
  "references that agree can share one mistake, and the one that disagrees can be right.",
].join(" ");

/** For the proposers of a later layer: write again, with all references at hand. */
export function toProposerMessages({ messages, toolNotes, plan }: View, answers: readonly Answer[]): Message[] {
  const task = [
    `Now answer the user's last message yourself. ${JUDGE}`,
    "Take over what holds, correct what does not, and add what all of them missed.",
    "Where they contradict each other and you cannot settle it, give both views and what each rests on.",
    "Write a complete answer that stands by itself, in the language, form and length that the conversation asks for. Do not mention the references.",
    ...(toolNotes === null ? [] : [TOOL_TASK]),
  ];
  return appendMaterial(messages, plan.seed, {
    intro: toIntro(answers.length),
    material: [...toReferences(answers), ...toToolMaterial(toolNotes)],
    task: task.join("\n"),
  });
}

/** For the aggregator: one answer out of all references. */
export function toAggregatorMessages({ messages, toolNotes, plan }: View, answers: readonly Answer[]): Message[] {
  const task = [
    "Now write the answer to the user's last message: the only one that the user will see.",
    JUDGE,
    "Build on what is best in them, repair their errors, and add what is missing. Do not average, list or concatenate them; if one is already the best possible answer, keep to it.",
    "Keep honest disagreement: where they contradict each other on something that matters and you cannot settle it, say so in the answer, with the alternatives and what each rests on, instead of dropping the minority.",
    "Follow the conversation's own instructions on language, form and length exactly, as if it had been put to you directly. Do not mention the references, other models or this message.",
    ...(toolNotes === null
      ? []
      : ["The references were written without tools. You have the conversation's tools: call them where that beats guessing."]),
  ];
  return appendMaterial(messages, plan.seed, {
    intro: toIntro(answers.length),
    material: toReferences(answers),
    task: task.join("\n"),
  });
}
