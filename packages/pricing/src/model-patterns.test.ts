import { describe, expect, it } from "vitest";
import { ModelPatterns } from "./model-patterns.ts";

describe("model patterns", () => {
  const patterns = new ModelPatterns({ "local/*": "any", "local/qwen*": "qwen", "local/qwen3": "exact", "*/tiny.en": "suffix" });

  it("prefer the exact name, then the pattern with the most letters", () => {
    expect(patterns.find("local", "qwen3")).toBe("exact");
    expect(patterns.find("local", "qwen2")).toBe("qwen");
    expect(patterns.find("local", "llama")).toBe("any");
  });

  it("match names with slashes, and take no other character for a wildcard", () => {
    expect(patterns.find("local", "hf.co/org/model")).toBe("any");
    expect(patterns.find("other", "tiny.en")).toBe("suffix");
    expect(patterns.find("other", "tinyxen")).toBeNull();
  });

  it("find nothing for a model that no key covers", () => {
    expect(patterns.find("openai", "gpt-5")).toBeNull();
  });
});
