import { matchCatalogModel } from "@composite-llm/pricing";
import { describe, expect, it } from "vitest";
import { loadText } from "../fixtures/load-text.ts";
import { resolveFallback } from "./resolve-fallback.ts";

const CONFIG = `version: 1
providers:
  second: { extends: openai, keys: [{ key: "\${SECOND_KEY}" }] }
models:
  fallbacks:
    openai/gpt-5: [azure-openai/gpt-5, second/gpt-5]
    gpt-4o: [second/gpt-4o]
    openai/only: [openai/only]
`;

async function fallbackOf(provider: string, model: string, env?: Record<string, string>) {
  const configuration = await loadText(CONFIG, env);
  const place = resolveFallback({ provider, model }, configuration, { matchCatalogModel });
  return place === null ? null : `${place.provider}/${place.model}`;
}

describe("resolveFallback", () => {
  it("is the first place that is named for the model", async () => {
    expect(await fallbackOf("openai", "gpt-5")).toBe("azure-openai/gpt-5");
  });

  it("passes over a provider that has no key", async () => {
    expect(await fallbackOf("openai", "gpt-5", { OPENAI_API_KEY: "one", SECOND_KEY: "two" })).toBe("second/gpt-5");
  });

  it("knows a model by the name that the file gives it", async () => {
    expect(await fallbackOf("openai", "gpt-4o")).toBe("second/gpt-4o");
  });

  it("is nothing for a model for which none is named, nor for one named as its own", async () => {
    expect([await fallbackOf("second", "gpt-5"), await fallbackOf("openai", "gpt-4.1"), await fallbackOf("openai", "only")]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
