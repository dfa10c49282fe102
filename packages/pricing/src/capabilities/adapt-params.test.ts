import { assert, constant, constantFrom, double, integer, nat, property, record, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { PROVIDER_PRESETS } from "../provider-presets.ts";
import { adaptParams } from "./adapt-params.ts";

const openai = (model: string) => ({ provider: "openai", model });
const anthropic = (model: string) => ({ provider: "anthropic", model });

describe("adaptParams", () => {
  it("gives reasoning models the output cap under their name and no sampling parameters", () => {
    const asked = { max_tokens: 100, temperature: 0.7, top_p: 0.9, stop: ["x"], user: "u" };
    const { params, adjusted } = adaptParams(openai("gpt-5-mini"), asked);
    expect(params).toEqual({ max_completion_tokens: 100, user: "u" });
    expect(adjusted).toContain("max_tokens sent as max_completion_tokens");
    expect(adjusted).toContain("temperature dropped: the model does not take it");
    expect(asked.temperature).toBe(0.7);
  });

  it("treats o-series and dated names the same, also behind Azure", () => {
    expect(adaptParams(openai("o4-mini-2025-04-16"), { max_tokens: 5 }).params).toEqual({ max_completion_tokens: 5 });
    expect(adaptParams({ provider: "work", preset: "azure-openai", model: "o3" }, { temperature: 0 }).params).toEqual({});
  });

  it("allows sampling on newer models once reasoning is off", () => {
    const asked = { temperature: 0.2, reasoning_effort: "none" };
    expect(adaptParams(openai("gpt-5.2"), asked).params).toEqual(asked);
    expect(adaptParams(openai("gpt-5"), asked).params).toEqual({ reasoning_effort: "none" });
  });

  it("keeps sampling on chat variants, which do not reason", () => {
    expect(adaptParams(openai("gpt-5-chat-latest"), { temperature: 0.2, max_tokens: 5 }).params).toEqual({
      temperature: 0.2,
      max_completion_tokens: 5,
    });
  });

  it("leaves older OpenAI models as they are, but for parameters of reasoning", () => {
    const asked = { max_tokens: 5, temperature: 1.5, top_k: 3, seed: 1 };
    expect(adaptParams(openai("gpt-4o"), asked)).toEqual({ params: asked, adjusted: [] });
    expect(adaptParams(openai("gpt-4o"), { reasoning_effort: "low" }).params).toEqual({});
  });

  it("gives other vendors the older name of the output cap", () => {
    expect(adaptParams({ provider: "mistral", model: "mistral-large-latest" }, { max_completion_tokens: 9, seed: 3 })).toEqual({
      params: { max_tokens: 9, random_seed: 3 },
      adjusted: ["max_completion_tokens sent as max_tokens", "seed sent as random_seed"],
    });
  });

  it("drops what the messages API has no counterpart for, and says nothing of values that change nothing", () => {
    expect(adaptParams(anthropic("claude-haiku-4-5"), { n: 1, frequency_penalty: 0, logprobs: null, seed: 7 })).toEqual({
      params: {},
      adjusted: ["seed dropped: the model does not take it"],
    });
  });

  it("clamps the temperature of Claude models that take one, and never sends top_p with it", () => {
    expect(adaptParams(anthropic("claude-sonnet-4-5-20250929"), { temperature: 1.5, top_p: 0.5 })).toEqual({
      params: { temperature: 1 },
      adjusted: ["temperature lowered to 1, the model's highest", "top_p dropped: the model does not take it together with temperature"],
    });
    expect(adaptParams(anthropic("claude-3-5-haiku-latest"), { temperature: 0.5, top_p: 0.5 }).adjusted).toEqual([]);
  });

  it.each(["claude-opus-4-7", "claude-opus-5", "claude-sonnet-5-5", "claude-fable-5", "claude-haiku-5-5", "claude-next-9"])(
    "sends no sampling parameter to %s",
    (model) => {
      expect(adaptParams(anthropic(model), { temperature: 0.7, top_p: 0.5, top_k: 4 }).params).toEqual({});
    },
  );

  it.each(["claude-sonnet-4-20250514", "claude-sonnet-4-0", "claude-opus-4-1-20250805", "claude-opus-4-6", "claude-haiku-4-5"])(
    "keeps the temperature for %s",
    (model) => {
      expect(adaptParams(anthropic(model), { temperature: 0.7 }).params).toEqual({ temperature: 0.7 });
    },
  );

  it("drops sampling while a Claude model is asked to think", () => {
    const thinking = { type: "enabled", budget_tokens: 2048 };
    expect(adaptParams(anthropic("claude-haiku-4-5"), { thinking, temperature: 0.7 }).params).toEqual({ thinking });
  });

  it("lowers an effort that the model does not have", () => {
    expect(adaptParams(anthropic("claude-opus-4-6"), { reasoning_effort: "xhigh" }).params).toEqual({ reasoning_effort: "high" });
    expect(adaptParams(anthropic("claude-opus-5"), { reasoning_effort: "minimal" }).params).toEqual({ reasoning_effort: "low" });
    expect(adaptParams(anthropic("claude-haiku-4-5"), { reasoning_effort: "low" }).params).toEqual({});
  });

  it("drops JSON without a schema where the API knows none, and says so", () => {
    const json = { response_format: { type: "json_object" } };
    const schema = { response_format: { type: "json_schema", json_schema: { name: "x", schema: {} } } };
    for (const model of ["claude-opus-5", "claude-haiku-4-5", "claude-3-5-haiku-latest"]) {
      expect(adaptParams(anthropic(model), json)).toEqual({
        params: {},
        adjusted: ["response_format dropped: the model does not take the type json_object"],
      });
      expect(adaptParams(anthropic(model), schema)).toEqual({ params: schema, adjusted: [] });
    }
    expect(adaptParams(anthropic("claude-opus-5"), { response_format: { type: "text" } }).adjusted).toEqual([]);
    expect(adaptParams(openai("gpt-4o"), json)).toEqual({ params: json, adjusted: [] });
  });

  it("lets the operator refuse or allow a parameter and name the output cap", () => {
    const overrides = {
      "openai/gpt-4o": { temperature: false, max_tokens_param: "max_completion_tokens" as const },
      "openai/gpt-5*": { temperature: true },
    };
    expect(adaptParams(openai("gpt-4o"), { temperature: 0.5, max_tokens: 5 }, overrides).params).toEqual({ max_completion_tokens: 5 });
    expect(adaptParams(openai("gpt-5-mini"), { temperature: 0.5 }, overrides).params).toEqual({ temperature: 0.5 });
  });

  it("never invents, never changes its input and has nothing left to do the second time", () => {
    const models = ["gpt-4o", "gpt-5", "gpt-5.2", "o3", "claude-opus-4-6", "claude-opus-5", "grok-4", "mistral-large", "x"];
    const known = record(
      {
        max_tokens: nat(),
        max_completion_tokens: nat(),
        temperature: double({ min: 0, max: 2, noNaN: true }),
        top_p: double({ min: 0, max: 1, noNaN: true }),
        stop: constant(["a"]),
        seed: nat(),
        n: integer({ min: 1, max: 3 }),
        reasoning_effort: constantFrom("none", "minimal", "low", "medium", "high", "xhigh", "odd"),
        vendor_field: string(),
      },
      { requiredKeys: [] },
    );
    assert(
      property(constantFrom(...Object.keys(PROVIDER_PRESETS)), constantFrom(...models), known, (provider, model, asked) => {
        const before = structuredClone(asked);
        const once = adaptParams({ provider, model }, asked);
        expect(asked).toEqual(before);
        expect(once.params["vendor_field"]).toBe(asked.vendor_field);
        const twice = adaptParams({ provider, model }, once.params);
        expect(twice.params).toEqual(once.params);
      }),
    );
  });
});
