import { describe, expect, it } from "vitest";
import { PROVIDER_PRESETS } from "./provider-presets.ts";

describe("provider presets", () => {
  it("are each filed under their own name", () => {
    for (const [name, preset] of Object.entries(PROVIDER_PRESETS)) expect(preset.name).toBe(name);
  });

  it("have a base URL, or leave it to the operator", () => {
    const unknown = Object.values(PROVIDER_PRESETS).filter((preset) => preset.baseUrl === null);
    expect(unknown.map((preset) => preset.name).toSorted()).toEqual(["azure-openai", "openai-compatible"]);
    for (const { baseUrl } of Object.values(PROVIDER_PRESETS)) if (baseUrl !== null) expect(baseUrl).toMatch(/^https?:.*[^/]$/);
  });

  it("name a variable of their own for every key that is required", () => {
    const variables = Object.values(PROVIDER_PRESETS)
      .filter((preset) => preset.keyRequired)
      .map((preset) => preset.keyVariable);
    expect(variables).not.toContain(null);
    expect(new Set(variables).size).toBe(variables.length);
  });
});
