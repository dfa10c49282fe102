import { createSampledCounter } from "./sampled-counter.ts";
import { countByLength, type TokenCounter } from "./token-counter.ts";

/** Presets of which every model is one of OpenAI's. */
const OPENAI_PRESETS: ReadonlySet<string> = new Set(["openai", "azure-openai"]);

/** What OpenAI's models are called elsewhere, as `openai/gpt-5` at OpenRouter. */
const OPENAI_ELSEWHERE = /(^|\/)openai\//;

/** Remembered merges of words; each is a few hundred bytes. */
const REMEMBERED_WORDS = 5_000;

let ofOpenai: Promise<TokenCounter> | null = null;

async function loadOpenai(): Promise<TokenCounter> {
  // Loaded when it is first needed: the encoding takes 70 MB and a third of a second.
  const { countTokens, setMergeCacheSize } = await import("gpt-tokenizer/encoding/o200k_base");
  setMergeCacheSize(REMEMBERED_WORDS);
  // What looks like a special token in a prompt is text.
  const asText = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };
  return createSampledCounter((text) => countTokens(text, asText));
}

/**
 * What counts the tokens of a model's input before it is sent: the tokenizer of OpenAI's models since GPT-4o, which is also
 * close for older ones; for other models the length, which the learned ratio of a model corrects. Simulated models count by
 * length too.
 */
export async function loadTokenCounter(target: { preset: string; model: string; isSimulated: boolean }): Promise<TokenCounter> {
  if (target.isSimulated) return countByLength;
  if (!OPENAI_PRESETS.has(target.preset) && !OPENAI_ELSEWHERE.test(target.model)) return countByLength;
  ofOpenai ??= loadOpenai();
  return await ofOpenai;
}
