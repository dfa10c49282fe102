import { matchCatalogModel } from "@composite-llm/pricing";
import { describe, expect, it } from "vitest";
import { loadText } from "../fixtures/load-text.ts";
import { resolveFallbacks } from "./resolve-fallbacks.ts";

const CONFIG = `version: 1
providers:
  second: { extends: openai, keys: [{ key: "\${SECOND_KEY}" }] }
models:
  fallbacks:
    openai/gpt-5: [azure-openai/gpt-5, openai/gpt-5, second/gpt-5, azure-openai/gpt-5]
    gpt-4o: [second/gpt-4o]
    openai/only: [openai/only]
`;

async function fallbacksOf(provider: string, model: string, env?: Record<string, string>) {
  const configuration = await loadText(CONFIG, env);
  const places = resolveFallbacks({ provider, model }, configuration, { matchCatalogModel });
  return places.map((place) => `${place.provider}/${place.model}`);
}

describe("resolveFallbacks", () => {
  it("are the places that are named for the model, in their order, each once", async () => {
    expect(await fallbacksOf("openai", "gpt-5")).toEqual(["azure-openai/gpt-5", "second/gpt-5"]);
  });

  it("pass over a provider that has no key", async () => {
    expect(await fallbacksOf("openai", "gpt-5", { OPENAI_API_KEY: "one", SECOND_KEY: "two" })).toEqual(["second/gpt-5"]);
  });

  it("know a model by the name that the file gives it", async () => {
    expect(await fallbacksOf("openai", "gpt-4o")).toEqual(["second/gpt-4o"]);
  });

  it("are none of a model for which none is named, nor of one that is named as its own", async () => {
    expect([await fallbacksOf("second", "gpt-5"), await fallbacksOf("openai", "gpt-4.1"), await fallbacksOf("openai", "only")]).toEqual([
      [],
      [],
      [],
    ]);
  });
});
