import { ApiError } from "@composite-llm/core";
import { matchCatalogModel } from "@composite-llm/pricing";
import { describe, expect, it } from "vitest";
import { loadText } from "../fixtures/load-text.ts";
import { resolveMember, resolveModelName } from "./resolve-model-name.ts";

const context = { matchCatalogModel };
const configuration = await loadText(`
version: 1
providers:
  openai-cheap: { extends: openai }
  local: { preset: openai-compatible, base_url: http://127.0.0.1:11434/v1 }
models: { aliases: { haiku: anthropic/claude-haiku-4-5, gpt-4o: azure-openai/gpt-4o, team/fast: openai/gpt-5-mini } }
profiles: { research: { strategy: council, chairman_model: openai/gpt-5 } }
`);
const onlyLocal = await loadText("", { LOCAL_MODEL_URL: "http://127.0.0.1:11434" });
const onlyOpenAi = await loadText("", { OPENAI_API_KEY: "k" });

function refusalOf(name: string, where = configuration): ApiError {
  try {
    resolveModelName(name, where, context);
  } catch (error) {
    if (error instanceof ApiError) return error;
  }
  throw new Error(`${name} was resolved`);
}

describe("resolveModelName", () => {
  it.each([
    ["composite/moa/openai/gpt-5", "moa", "openai", "gpt-5"],
    ["moa/openai/gpt-5", "moa", "openai", "gpt-5"],
    ["composite/council/openrouter/meta-llama/llama-3.3-70b:free", "council", "openrouter", "meta-llama/llama-3.3-70b:free"],
    ["composite/single/openai/gpt-5", "single", "openai", "gpt-5"],
    ["openai/gpt-5", "single", "openai", "gpt-5"],
    ["openai-cheap/gpt-5", "single", "openai-cheap", "gpt-5"],
    ["local/qwen3:4b", "single", "local", "qwen3:4b"],
    ["openai/no-such-model", "single", "openai", "no-such-model"],
    ["composite/moa/haiku", "moa", "anthropic", "claude-haiku-4-5"],
    ["council/haiku", "council", "anthropic", "claude-haiku-4-5"],
    ["haiku", "single", "anthropic", "claude-haiku-4-5"],
    ["team/fast", "single", "openai", "gpt-5-mini"],
    ["composite/moa/gpt-4o", "moa", "azure-openai", "gpt-4o"],
    ["composite/moa/gpt-5", "moa", "openai", "gpt-5"],
    ["claude-sonnet-4-5", "single", "anthropic", "claude-sonnet-4-5"],
  ])("reads %s as %s of %s and %s", (name, strategy, provider, model) => {
    expect(resolveModelName(name, configuration, context)).toMatchObject({ kind: "strategy", strategy, base: { provider, model } });
  });

  it.each(["composite/profile/research", "profile/research"])("reads %s as a profile with its base model", (name) => {
    expect(resolveModelName(name, configuration, context)).toMatchObject({
      kind: "profile",
      strategy: "council",
      profile: { name: "research" },
      base: { provider: "openai", model: "gpt-5" },
    });
  });

  it("keeps the name of the model as it was asked for", () => {
    expect(resolveModelName("composite/moa/haiku", configuration, context).base.name).toBe("haiku");
    expect(resolveModelName("openai/gpt-5", configuration, context).base.name).toBe("openai/gpt-5");
  });

  it("gives a bare name that nobody knows to the only provider", () => {
    expect(resolveModelName("composite/moa/qwen3", onlyLocal, context)).toMatchObject({ base: { provider: "local", model: "qwen3" } });
    expect(resolveModelName("gpt-4o", onlyLocal, context)).toMatchObject({ base: { provider: "local", model: "gpt-4o" } });
  });

  it.each([
    ["nope/gpt-5", 'There is no provider "nope".'],
    ["openia/gpt-5", 'There is no provider "openia". Did you mean openai?'],
    ["composite/moa/nope/gpt-5", 'There is no provider "nope".'],
    ["composite/concil/openai/gpt-5", 'There is no strategy "concil". Did you mean council?'],
    ["composite/openai/gpt-5", 'There is no strategy "openai".'],
    ["composite", 'There is no strategy "".'],
    ["composite/", 'There is no strategy "".'],
    ["composite/moa", 'The name "composite/moa" has no model behind its strategy: ask for composite/moa/<provider>/<model>.'],
    ["moa", 'The name "moa" has no model behind its strategy'],
    ["moa/", 'The name "moa/" has no model behind its strategy'],
    ["composite/moa//gpt-5", 'There is no provider "".'],
    ["openai/", 'The name "openai/" has no model behind its provider.'],
    ["", 'It is not known whose model "" is.'],
    ["haiko", "Did you mean haiku?"],
    ["composite/profile/reserch", 'There is no profile "reserch". Did you mean research?'],
    ["composite/profile/", 'There is no profile "".'],
    ["composite/profile/research/x", 'There is no profile "research/x".'],
    ["never-heard-of", "Name its provider: <provider>/<model>."],
  ])("refuses %j", (name, sentence) => {
    const error = refusalOf(name);
    expect(error.message).toContain(sentence);
    expect(error.message).toContain("Strategies: single, moa, council; profiles: research; providers: openai, anthropic,");
    expect(error).toMatchObject({ key: "model_not_found", status: 404, body: { param: "model", code: "model_not_found" } });
  });

  it("says what to set for a provider that is known and has no key", () => {
    expect(refusalOf("anthropic/claude-haiku-4-5", onlyOpenAi).message).toContain(
      "The provider anthropic is not offered: set ANTHROPIC_API_KEY.",
    );
  });

  it("cuts and cleans what it repeats of a name", () => {
    const { message } = refusalOf(`nope\n\u001b[31m"${"x".repeat(10_000)}/y`);
    expect(message.length).toBeLessThan(700);
    expect(message).not.toMatch(/\p{C}/u);
  });
});

describe("resolveMember", () => {
  const member = (model: string, provider?: string) => resolveMember({ model, provider }, configuration, context, "proposers[1]");

  it("reads plain names and composites", () => {
    expect(member("openai/gpt-5")).toEqual({ kind: "model", model: { provider: "openai", model: "gpt-5", name: "openai/gpt-5" } });
    expect(member("haiku")).toMatchObject({ kind: "model", model: { provider: "anthropic" } });
    expect(member("composite/moa/openai/gpt-5")).toMatchObject({ kind: "strategy", strategy: "moa", base: { provider: "openai" } });
    expect(member("composite/profile/research")).toMatchObject({ kind: "profile", strategy: "council" });
  });

  it("serves a model at the provider of choice, without the name of its own vendor", () => {
    expect(member("openai/gpt-5-mini", "openai-cheap")).toMatchObject({ model: { provider: "openai-cheap", model: "gpt-5-mini" } });
    expect(member("gpt-5-mini", "openai-cheap")).toMatchObject({ model: { provider: "openai-cheap", model: "gpt-5-mini" } });
    expect(member("haiku", "anthropic")).toMatchObject({ model: { provider: "anthropic", model: "claude-haiku-4-5" } });
    expect(member("openai/gpt-5", "openrouter")).toMatchObject({ model: { provider: "openrouter", model: "openai/gpt-5" } });
    expect(member("composite/moa/openai/gpt-5", "openai-cheap")).toMatchObject({ base: { provider: "openai-cheap", model: "gpt-5" } });
  });

  it("names the field that it refuses", () => {
    expect(() => member("gpt-5", "nope")).toThrow('There is no provider "nope".');
    expect(() => member("nope/x")).toThrow(expect.objectContaining({ details: { param: "proposers[1]" } }) as Error);
  });
});
