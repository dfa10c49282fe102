import { NO_USAGE } from "@composite-llm/contracts";
import { PROVIDER_PRESETS, priceCall } from "@composite-llm/pricing";
import { describe, expect, test } from "vitest";
import { WELL_KNOWN_MODELS } from "./well-known-models.ts";

const rows = Object.entries(WELL_KNOWN_MODELS).flatMap(([preset, models]) => models.map((model) => [preset, model] as const));

describe("a well-known model", () => {
  test.each(rows)("of %s is one that the price catalogue knows: %s", (provider, model) => {
    expect(Object.hasOwn(PROVIDER_PRESETS, provider)).toBe(true);
    const cost = priceCall({
      provider,
      model,
      servedModel: null,
      usage: { ...NO_USAGE, inputTokens: 1000 },
      atMs: Date.parse("2026-06-01"),
    });
    expect(cost.costSource).toBe("catalog");
  });
});
