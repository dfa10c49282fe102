import { describe, expect, it } from "vitest";
import { PROVIDER_PRESETS } from "../provider-presets.ts";
import { matchCatalogModel } from "./match-catalog-model.ts";

describe("matchCatalogModel", () => {
  it.each([
    ["gpt-4o", "openai"],
    ["o3-mini", "openai"],
    ["claude-haiku-4-5", "anthropic"],
    ["gemini-2.5-pro", "gemini"],
    ["grok-4", "xai"],
    ["mistral-large-latest", "mistral"],
    ["deepseek-chat", "deepseek"],
  ])("knows that %s is a model of %s", (model, provider) => {
    expect(matchCatalogModel(model)).toEqual({ provider, model });
    expect(PROVIDER_PRESETS).toHaveProperty(provider);
  });

  it("keeps the spelling that was asked for", () => {
    expect(matchCatalogModel("GPT-4o")).toEqual({ provider: "openai", model: "GPT-4o" });
  });

  it("knows nothing of names that no vendor with a preset claims", () => {
    expect(matchCatalogModel("no-such-model")).toBeNull();
    expect(matchCatalogModel("kimi-k2")).toBeNull();
    expect(matchCatalogModel("")).toBeNull();
  });
});
