import type { Random } from "@composite-llm/core";
import type { Ask } from "./ask.ts";

type Fields = Ask["fields"];

/** How slow the models of a load are. */
export interface Pace {
  /** Of a member, in ms. */
  memberMs: readonly [from: number, to: number];
  /** Tokens of the final answer, and how many come in a second. */
  tokens: number;
  tokensPerSecond: number;
}

export const BRISK: Pace = { memberMs: [20, 400], tokens: 30, tokensPerSecond: 60 };
export const SLOW: Pace = { memberMs: [500, 3_000], tokens: 60, tokensPerSecond: 25 };

const MEMBERS = ["openai/gpt-4o-mini", "anthropic/claude-haiku-4-5", "openai/gpt-5-mini"];
const FINALS = ["openai/gpt-4o", "anthropic/claude-sonnet-4-5"];

export function pick<Value>(values: readonly Value[], random: Random): Value {
  const picked = values[Math.floor(random() * values.length)];
  if (picked === undefined) throw new Error("there is nothing to pick from");
  return picked;
}

/** A request of one of the three strategies, drawn with its models' pace. */
export function drawRequest(random: Random, { memberMs: [from, to], tokens, tokensPerSecond }: Pace): Fields {
  const strategy = pick(["moa", "council", "single"], random);
  const final = `${pick(FINALS, random)}-mock-tokens-${tokens}-tps-${tokensPerSecond}`;
  const members = MEMBERS.map((name) => `${name}-mock-latency-${Math.round(from + random() * (to - from))}`);
  const common = { total_deadline_ms: 120_000, ...(random() < 0.5 ? {} : { restart: "buffer" }) };
  if (strategy === "single") return { model: final, ...common };
  const own = strategy === "moa" ? { proposers: members } : { council_models: members };
  return { model: `composite/${strategy}/${final}`, ...own, ...common };
}
