import { describe, expect, it } from "vitest";
import { loadTokenCounter } from "./load-token-counter.ts";
import { countByLength } from "./token-counter.ts";

const real = { isSimulated: false };

describe("what counts a model's tokens", () => {
  it("is OpenAI's tokenizer for OpenAI's models, wherever they are", async () => {
    const count = await loadTokenCounter({ ...real, preset: "openai", model: "gpt-5" });
    // From tiktoken's own documentation and tests of o200k_base.
    expect(count(["hello world"])).toBe(2);
    expect(count(["tiktoken is great!"])).toBe(6);
    expect(await loadTokenCounter({ ...real, preset: "azure-openai", model: "my-deployment" })).toBe(count);
    expect(await loadTokenCounter({ ...real, preset: "openrouter", model: "openai/gpt-5-mini" })).toBe(count);
  });

  it("takes the names of special tokens in a text for text", async () => {
    const count = await loadTokenCounter({ ...real, preset: "openai", model: "gpt-5" });
    expect(count(["<|endoftext|>"])).toBeGreaterThan(1);
  });

  it("is the length for others, and for simulated ones", async () => {
    expect(await loadTokenCounter({ ...real, preset: "anthropic", model: "claude-haiku-4-5" })).toBe(countByLength);
    expect(await loadTokenCounter({ ...real, preset: "ollama", model: "gpt-oss" })).toBe(countByLength);
    expect(await loadTokenCounter({ ...real, preset: "openrouter", model: "notopenai/gpt-5" })).toBe(countByLength);
    expect(await loadTokenCounter({ isSimulated: true, preset: "openai", model: "gpt-5" })).toBe(countByLength);
  });

  it("counts four bytes as a token by length, over all texts", () => {
    expect(countByLength(["abcd", "efgh", "i"])).toBe(3);
    expect(countByLength(["中文"])).toBe(2);
    expect(countByLength([])).toBe(0);
  });
});
