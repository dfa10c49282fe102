import { isRecord } from "@composite-llm/core";
import type { Behaviour } from "../behaviour/behaviour.ts";
import type { Chance } from "../chance.ts";
import type { Ask } from "../wires/ask.ts";
import type { Answer, AnswerChoice } from "./answer.ts";
import { findLabels, isBallotSchema, makeBallot, rank, writeBallot } from "./ballot.ts";
import { makeToolCalls } from "./make-tool-calls.ts";
import { reportUsage } from "./report-usage.ts";
import { makeInstance } from "./schema-instance.ts";
import { toPieces } from "./tokens.ts";
import { simulatedMark, writePieces, writeText } from "./write-text.ts";

/** Stands in a text where the contents of a gzip bomb go: they are never held in memory. */
export const BOMB_MARK = "%bomb%";
const MEGABYTE = 1024 * 1024;

export interface AnswerContext {
  /** The model's name without directives. */
  base: string;
  chance: Chance;
  run: string | null;
  toolIdPrefix: string;
  /** Whether a refusal has a text. */
  writesRefusals: boolean;
  /** The request as JSON, for a model that echoes it. */
  echo(): string;
}

function writeJson(value: unknown, behaviour: Behaviour): string {
  const json = JSON.stringify(value);
  if (behaviour.json === "invalid") return json.slice(0, Math.max(1, Math.floor(json.length * 0.7)));
  return behaviour.json === "fenced" ? `\`\`\`json\n${json}\n\`\`\`` : json;
}

function composePieces(ask: Ask, behaviour: Behaviour, choice: number, { base, chance, echo }: AnswerContext): string[] {
  const random = chance.random(`text ${choice}`);
  if (behaviour.echoes) return toPieces(echo());
  const labels = findLabels(ask.trailingText);
  const isBallot =
    labels.length > 0 && (ask.format.kind === "schema" ? isBallotSchema(ask.format.schema) : /FINAL RANKING/.test(ask.trailingText));
  if (isBallot && (ask.format.kind !== "schema" || behaviour.isBallotText)) {
    return toPieces(writeBallot(writeText(base, behaviour.isUtf8, random), rank(labels, behaviour.isBallotInvalid, random)));
  }
  if (ask.format.kind === "schema") {
    const { schema } = ask.format;
    const context = { root: schema, random, text: writeText(base, behaviour.isUtf8, random) };
    const isRanking = isBallot && isRecord(schema);
    return toPieces(
      writeJson(isRanking ? makeBallot(schema, labels, behaviour.isBallotInvalid, context) : makeInstance(schema, context), behaviour),
    );
  }
  if (ask.format.kind === "json")
    return toPieces(writeJson({ simulated: true, answer: writeText(base, behaviour.isUtf8, random) }, behaviour));
  if (behaviour.tokens !== null) return writePieces(base, behaviour.isUtf8, behaviour.tokens, random);
  return toPieces(writeText(base, behaviour.isUtf8, random));
}

/** Ends a text before the first stop text in it. */
function applyStop(choice: AnswerChoice, stop: readonly string[]): AnswerChoice {
  const text = choice.pieces.join("");
  let first: { at: number; stopText: string } | null = null;
  for (const stopText of stop) {
    const at = text.indexOf(stopText);
    if (at >= 0 && (first === null || at < first.at)) first = { at, stopText };
  }
  if (first === null) return choice;
  return { ...choice, pieces: toPieces(text.slice(0, first.at)), finish: "stop-sequence", stopText: first.stopText };
}

/** Cuts a choice after so many tokens: reasoning first, then text, then tool calls. */
function applyCap(choice: AnswerChoice, cap: number): AnswerChoice {
  let left = cap;
  const take = (pieces: readonly string[]): readonly string[] => {
    const taken = pieces.slice(0, left);
    left -= taken.length;
    return taken;
  };
  const capped = {
    ...choice,
    reasoning: take(choice.reasoning),
    pieces: take(choice.pieces),
    toolCalls: choice.toolCalls.map((call) => ({ ...call, pieces: take(call.pieces) })),
  };
  const isCut = (["reasoning", "pieces"] as const).some((key) => capped[key].length < choice[key].length);
  const isCallCut = capped.toolCalls.some((call, index) => call.pieces.length < (choice.toolCalls[index]?.pieces.length ?? 0));
  if (!isCut && !isCallCut) return choice;
  return { ...capped, toolCalls: capped.toolCalls.filter((call) => call.pieces.length > 0), finish: "length", stopText: null };
}

function applyEnding(choice: AnswerChoice, { ending }: Behaviour, writesRefusals: boolean): AnswerChoice {
  const half = choice.pieces.slice(0, Math.ceil(choice.pieces.length / 2));
  switch (ending) {
    case "content-filter":
      return { ...choice, pieces: half, toolCalls: [], finish: "content-filter" };
    case "refusal":
      return { ...choice, pieces: writesRefusals ? choice.pieces : [], toolCalls: [], finish: "refusal" };
    case "empty":
      return { ...choice, reasoning: [], pieces: [], toolCalls: [], finish: "stop" };
    case "truncated":
      return { ...choice, pieces: half, toolCalls: [], finish: "length" };
    default:
      return choice;
  }
}

function composeChoice(ask: Ask, behaviour: Behaviour, index: number, context: AnswerContext): AnswerChoice {
  const { base, chance, run, toolIdPrefix } = context;
  const mark = simulatedMark(base);
  const reasoning =
    behaviour.reasoningTokens === 0
      ? []
      : writePieces(base, behaviour.isUtf8, behaviour.reasoningTokens, chance.random(`reasoning ${index}`));
  const toolCalls = makeToolCalls(ask, behaviour, index, { chance, run, text: mark, idPrefix: toolIdPrefix });
  const isCall = toolCalls.length > 0;
  const text = isCall ? [] : composePieces(ask, behaviour, index, context);
  const pieces = [
    ...(behaviour.bombMegabytes > 0 ? [BOMB_MARK] : []),
    ...(behaviour.bigMegabytes > 0 ? ["x".repeat(behaviour.bigMegabytes * MEGABYTE)] : []),
    ...text,
  ];
  const whole: AnswerChoice = { reasoning, pieces, toolCalls, finish: isCall ? "tool-calls" : "stop", stopText: null };
  const ended = applyEnding(ask.stop.length === 0 ? whole : applyStop(whole, ask.stop), behaviour, context.writesRefusals);
  return ask.maxTokens === null ? ended : applyCap(ended, ask.maxTokens);
}

/** What the model answers: the same for the same chance. */
export function composeAnswer(ask: Ask, behaviour: Behaviour, context: AnswerContext): Answer {
  const choices = Array.from({ length: ask.choices }, (_, index) => composeChoice(ask, behaviour, index, context));
  return { choices, usage: reportUsage(choices, ask.inputTokens, behaviour) };
}
