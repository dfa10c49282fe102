export type Finish = "stop" | "stop-sequence" | "length" | "tool-calls" | "content-filter" | "refusal";

export interface AnsweredToolCall {
  id: string;
  name: string;
  /** Pieces of the arguments' JSON, one token each. */
  pieces: readonly string[];
}

export interface AnswerChoice {
  /** Pieces of visible reasoning, one token each. */
  reasoning: readonly string[];
  /** Pieces of the text, one token each. */
  pieces: readonly string[];
  toolCalls: readonly AnsweredToolCall[];
  finish: Finish;
  /** The stop text that ended it. */
  stopText: string | null;
}

/** What the caller is told about tokens. */
export interface ReportedTokens {
  input: number;
  output: number;
  /** Part of the input that came from a cache. */
  cached: number;
  /** Part of the output that was reasoning. */
  reasoning: number;
}

export type ReportedUsage = { kind: "tokens"; tokens: ReportedTokens } | { kind: "null" } | { kind: "none" };

export interface Answer {
  choices: readonly AnswerChoice[];
  usage: ReportedUsage;
}

export function outputTokensOf(choice: AnswerChoice): number {
  return choice.reasoning.length + choice.pieces.length + choice.toolCalls.reduce((sum, call) => sum + call.pieces.length, 0);
}
