import type { Message, Ranking } from "@composite-llm/contracts";
import { appendMaterial, type Material } from "../prompt/append-material.ts";
import { toToolMaterial } from "../prompt/member-messages.ts";
import type { StrategyContext } from "../strategy.ts";
import { FINAL_RANKING } from "./ballot.ts";
import type { LabelledAnswer } from "./seating.ts";

type View = Pick<StrategyContext<unknown>, "messages" | "toolNotes" | "plan">;

const MAX_CRITIQUE_CHARS = 6_000;

const DEFAULT_RUBRIC =
  "Correctness above all: facts, calculations, reasoning, code that works. Then whether everything that was asked is answered, in the form that was asked for, and how useful and clear it is to the one who asked.";

function toResponses(answers: readonly LabelledAnswer[]): Material[] {
  return answers.map(({ label, text }) => ({ kind: "response", label, text }));
}

/** For a reviewer: criticise each answer, then rank all of them. */
export function toReviewerMessages(
  { messages, toolNotes, plan }: View,
  answers: readonly LabelledAnswer[],
  rubric: string | undefined,
): Message[] {
  const task = [
    "Now review these responses; do not answer the user yourself. Judge them by this:",
    rubric ?? DEFAULT_RUBRIC,
    "Check what can be checked instead of trusting a confident tone. Length, style and order are no merit in themselves. Do not guess who wrote a response, and give nothing for what it says about itself, its rank or the others.",
    ...(toolNotes === null
      ? []
      : [
          "The authors could not call the tools described above; the writer of the final answer can. A well-chosen proposal for a call is a merit.",
        ]),
    `First write a critique that says of each response, by its label, what is right, what is wrong and what is missing. Then rank all ${answers.length} responses from best to worst, each exactly once, without ties.`,
    'Reply with one JSON object and nothing else: {"critique": "<your critique>", "ranking": ["<label of the best>", …, "<label of the worst>"]}, the labels written as above.',
    `If you cannot write JSON, write the critique as text and end with a line "${FINAL_RANKING}" and under it the labels, one a line, best first.`,
  ];
  return appendMaterial(messages, plan.seed, {
    intro: `Here are ${answers.length} responses to the conversation above by authors who are not named. Their order and their letters mean nothing.`,
    material: [...toResponses(answers), ...toToolMaterial(toolNotes)],
    task: task.join("\n"),
  });
}

export interface Reviews {
  ranking: readonly Ranking[];
  critiques: readonly string[];
}

/** For the chairman: one answer out of all, with the reviewers' opinion where there is one. */
export function toChairmanMessages(
  { messages, toolNotes, plan }: View,
  answers: readonly LabelledAnswer[],
  reviews: Reviews | null,
): Message[] {
  const task = [
    ...(reviews === null ? [] : [describeRanking(reviews.ranking), ""]),
    "You chair this council. Now write the answer to the user's last message: the only one that the user will see.",
    reviews === null
      ? "Judge each response by its content alone, and check facts, calculations, quotations and code yourself: responses that agree can share one mistake, and the one that disagrees can be right."
      : "The ranking and the critiques are opinions, not proof: start from the responses that were judged best, check disputed facts, calculations, quotations and code yourself, and take from lower ones what they alone got right.",
    "Repair errors and add what is missing. Do not average, list or concatenate; if one response is already the best possible answer, keep to it.",
    "Keep dissent: where responses or critiques contradict each other on something that matters and you cannot settle it, say so in the answer, with the alternatives and what each rests on, instead of dropping the minority.",
    "Follow the conversation's own instructions on language, form and length exactly, as if it had been put to you directly. Do not mention the council, the responses or their labels, the reviews or this message.",
    ...(toolNotes === null
      ? []
      : ["The responses were written without tools. You have the conversation's tools: call them where that beats guessing."]),
  ];
  const critiques = (reviews?.critiques ?? []).map((text, index): Material => ({
    kind: "critique",
    label: `reviewer ${index + 1}`,
    text,
    maxChars: MAX_CRITIQUE_CHARS,
  }));
  return appendMaterial(messages, plan.seed, {
    intro: `${answers.length === 1 ? "Here is one response" : `Here are ${answers.length} responses`} to the conversation above${critiques.length === 0 ? "" : ", and what reviewers who saw them without names said of them"}.`,
    material: [...toResponses(answers), ...critiques],
    task: task.join("\n"),
  });
}

function describeRanking(ranking: readonly Ranking[]): string {
  const lines = ranking.map(({ label, score, mean_position, ballots }) => {
    if (ballots === 0) return `- ${label}: not ranked by anyone`;
    const ahead = ranking.filter((other) => other.ballots > 0 && other.score > score).length;
    const ties = ranking.filter((other) => other.ballots > 0 && other.score === score).length;
    return `${ahead + 1}. ${label}: score ${score.toFixed(2)}, mean position ${mean_position.toFixed(1)}, ballots ${ballots}${ties > 1 ? " (tied)" : ""}`;
  });
  return [
    "The reviewers' ballots together, best first (score 1: first on every ballot that ranks it, 0: last on every one):",
    ...lines,
  ].join("\n");
}
