import type { Usage } from "@composite-llm/contracts";
import { calcPrice, waitForUpdate } from "@pydantic/genai-prices";
import { assert, nat, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { toCatalogProvider } from "../names/catalog-provider.ts";
import { PROVIDER_PRESETS } from "../provider-presets.ts";
import { priceCall } from "./price-call.ts";

const AT_MS = Date.UTC(2026, 10, 1, 12);

function usage(fields: Partial<Usage>): Usage {
  return { inputTokens: 0, outputTokens: 0, cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, ...fields };
}

function call(provider: string, model: string, fields: Partial<Usage>) {
  return { provider, model, servedModel: null, usage: usage(fields), atMs: AT_MS };
}

describe("priceCall", () => {
  it("prices a call by the catalogue in integer nano-dollars", () => {
    expect(priceCall(call("openai", "gpt-4o", { inputTokens: 1000, outputTokens: 100 }))).toEqual({
      costNanoUsd: 1000 * 2500 + 100 * 10_000,
      costSource: "catalog",
    });
  });

  it("prices cached and cache-write tokens apart", () => {
    const cost = priceCall(
      call("anthropic", "claude-haiku-4-5", { inputTokens: 1000, cachedTokens: 400, cacheWriteTokens: 500, outputTokens: 10 }),
    );
    expect(cost.costNanoUsd).toBe(100 * 1000 + 400 * 100 + 500 * 1250 + 10 * 5000);
  });

  it("prices a long input by its tier", () => {
    const short = priceCall(call("gemini", "gemini-2.5-pro", { inputTokens: 200_000 })).costNanoUsd;
    const long = priceCall(call("gemini", "gemini-2.5-pro", { inputTokens: 200_001 })).costNanoUsd;
    expect(short).toBe(200_000 * 1250);
    expect(long).toBe(200_001 * 2500);
  });

  it("never calls an unknown price 0", () => {
    const unpriced = { costNanoUsd: null, costSource: "unpriced" };
    expect(priceCall(call("local", "qwen3", { inputTokens: 5 }))).toEqual(unpriced);
    expect(priceCall(call("openai", "no-such-model", { inputTokens: 5 }))).toEqual(unpriced);
    expect(priceCall({ ...call("openai", "gpt-4o", {}), usage: null })).toEqual(unpriced);
  });

  it("prefers the operator's prices, the most exact of them", () => {
    const overrides = { "local/*": { input: 0, output: 0 }, "azure/gpt-5": { input: 1.25, output: 10, cached_input: 0.125 } };
    const fields = { inputTokens: 1000, cachedTokens: 200, outputTokens: 10 };
    expect(priceCall({ ...call("local", "qwen3", fields), overrides })).toEqual({ costNanoUsd: 0, costSource: "override" });
    expect(priceCall({ ...call("azure", "gpt-5", fields), preset: "azure-openai", overrides })).toEqual({
      costNanoUsd: 800 * 1250 + 200 * 125 + 10 * 10_000,
      costSource: "override",
    });
  });

  it("believes the provider's own figure first", () => {
    const reported = { ...call("openrouter", "openai/gpt-4o", { inputTokens: 1 }), reportedCostUsd: 0.00123 };
    expect(priceCall(reported)).toEqual({ costNanoUsd: 1_230_000, costSource: "provider" });
    expect(priceCall({ ...reported, reportedCostUsd: -1 }).costSource).toBe("catalog");
  });

  it("takes the list price of the model that answered", () => {
    const asked = call("azure-openai", "my-deployment", { inputTokens: 1000 });
    expect(priceCall({ ...asked, servedModel: "gpt-4o-2024-08-06" }).costNanoUsd).toBe(2_500_000);
    expect(priceCall({ ...call("openai", "gpt-4o", { inputTokens: 1000 }), servedModel: "renamed" }).costNanoUsd).toBe(2_500_000);
  });

  it("takes impossible usage without a negative or fractional cost", () => {
    assert(
      property(
        nat(1e7),
        nat(1e7),
        nat(1e7),
        nat(1e7),
        nat(1e7),
        (inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens) => {
          const fields = { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens };
          const { costNanoUsd } = priceCall(call("anthropic", "claude-sonnet-4-5", fields));
          expect(Number.isSafeInteger(costNanoUsd)).toBe(true);
          expect(costNanoUsd).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it("agrees with the catalogue's own arithmetic on every model of every preset", async () => {
    const vendors = (await waitForUpdate()) ?? [];
    const presets = Object.keys(PROVIDER_PRESETS).filter((preset) => toCatalogProvider(preset) !== null);
    let compared = 0;
    for (const preset of presets) {
      const vendor = vendors.find(({ id }) => id === toCatalogProvider(preset));
      for (const { id } of vendor?.models ?? []) {
        for (const inputTokens of [1234, 300_000]) {
          const fields = { inputTokens, cachedTokens: 300, cacheWriteTokens: 0, outputTokens: 567 };
          const ours = priceCall(call(preset, id, fields));
          if (ours.costSource === "unpriced") continue;
          const theirs = calcPrice({ input_tokens: inputTokens, cache_read_tokens: 300, output_tokens: 567 }, id, {
            providerId: toCatalogProvider(preset) ?? "",
            timestamp: new Date(AT_MS),
          });
          expect(Math.abs((ours.costNanoUsd ?? 0) - (theirs?.total_price ?? 0) * 1e9), `${preset}/${id}`).toBeLessThanOrEqual(1);
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(500);
  });
});
