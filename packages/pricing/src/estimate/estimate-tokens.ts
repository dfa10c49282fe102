import type { ModelRequest, Params } from "@composite-llm/contracts";
import type { TokensCounted } from "../provider-presets.ts";
import { readContent } from "./request-content.ts";
import type { TokenCounter } from "./token-counter.ts";

/** Tokens that a call is expected to take. Whole numbers from 1. */
export interface TokenEstimate {
  inputTokens: number;
  outputTokens: number;
}

/** What was learned of a model from the calls before. */
export interface LearnedTokens {
  /** What calls used of input, over what was estimated for them with a ratio of 1. */
  inputRatio: number;
  /** Output that 95 of 100 calls stay below; null where too few were made. */
  outputP95: number | null;
}

export interface EstimateOptions {
  /** The preset that the provider is based on. */
  preset: string;
  /** From `loadTokenCounter`. */
  count: TokenCounter;
  learned: LearnedTokens;
  tokensCounted: TokensCounted;
}

/** Around each message, and before the answer; OpenAI, "How to count tokens with tiktoken" (2024). Others are like it. */
const PER_MESSAGE = 3;
const PER_NAME = 1;
const BEFORE_ANSWER = 3;

/** An image in low detail at OpenAI. */
const LOW_IMAGE = 85;
/** An image of 1024 × 1024 in full detail, by preset; elsewhere the most that Anthropic counts of one. */
const IMAGES: Readonly<Record<string, number>> = { openai: 765, "azure-openai": 765, gemini: 258 };
const IMAGE = 1_600;
/** A sound or a file, whose length only its vendor knows: a few pages. */
const OTHER_PART = 1_500;

/** What is expected of a model's output until something is learned of it; few answers are longer. */
const UNKNOWN_OUTPUT = 1_000;

/** A ratio beyond these is a provider that reports nonsense. */
const RATIOS = { least: 0.1, most: 10 };

function estimateInput(request: ModelRequest, { preset, count, learned }: EstimateOptions): number {
  const { texts, messages, names, images, others } = readContent(request);
  const around = messages * PER_MESSAGE + names * PER_NAME + BEFORE_ANSWER;
  const pictures = images.low * LOW_IMAGE + images.full * (IMAGES[preset] ?? IMAGE);
  const ratio = Number.isFinite(learned.inputRatio) ? Math.min(RATIOS.most, Math.max(RATIOS.least, learned.inputRatio)) : 1;
  return Math.max(1, Math.ceil((count(texts) + around + pictures + others * OTHER_PART) * ratio));
}

function positive(value: unknown): number | null {
  return typeof value === "number" && value >= 1 ? Math.floor(value) : null;
}

/** Tokens that the answers to a request may have at most, all together; null where it does not say. */
export function outputCapOf(params: Params): number | null {
  const cap = positive(params["max_completion_tokens"]) ?? positive(params["max_tokens"]);
  return cap === null ? null : cap * (positive(params["n"]) ?? 1);
}

function estimateOutput({ params }: ModelRequest, { learned, tokensCounted }: EstimateOptions): number {
  const cap = outputCapOf(params);
  const usual = (positive(learned.outputP95) ?? UNKNOWN_OUTPUT) * (positive(params["n"]) ?? 1);
  return cap === null ? usual : tokensCounted === "requested" ? cap : Math.min(cap, usual);
}

/**
 * What a call will take of a provider's limits of tokens, before it is made. Output is what the model usually needs and
 * never its maximum; where the vendor counts what is asked for, it is the call's own cap.
 */
export function estimateTokens(request: ModelRequest, options: EstimateOptions): TokenEstimate {
  return { inputTokens: estimateInput(request, options), outputTokens: estimateOutput(request, options) };
}
