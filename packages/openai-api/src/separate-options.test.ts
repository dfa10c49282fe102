import { ApiError } from "@composite-llm/core";
import { describe, expect, test } from "vitest";
import { parseChatRequest } from "./chat-request.ts";
import { separateOptions } from "./separate-options.ts";

const names = {
  strategy: "moa",
  own: new Set(["stages", "usage", "metadata", "restart", "priority", "include_trace", "proposers", "aggregator", "layers", "temperature"]),
  others: new Map([
    ["council_models", "council"],
    ["chairman_model", "council"],
    ["rubric", "council"],
  ]),
};

const separate = (fields: object) =>
  separateOptions(parseChatRequest({ model: "moa/x/y", messages: [{ role: "user", content: "Hi" }], ...fields }), names);

function refusalOf(fields: object): [param: string | null, message: string] {
  try {
    separate(fields);
  } catch (error) {
    if (error instanceof ApiError) return [error.body.param, error.message];
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("our options", () => {
  test("are found at the top level, in optional_params and in composite", () => {
    const { options, params, places } = separate({
      layers: 2,
      optional_params: { proposers: ["a"] },
      composite: { usage: "final" },
      top_k: 4,
    });
    expect(options).toEqual({ layers: 2, proposers: ["a"], usage: "final" });
    expect(params).toEqual({ top_k: 4 });
    expect([...places]).toEqual([
      ["layers", "layers"],
      ["proposers", "optional_params.proposers"],
      ["usage", "composite.usage"],
    ]);
  });

  test("may be repeated with the same value, however it is written", () => {
    expect(
      separate({ stages: { a: { min_success: 1, keep_late: true } }, composite: { stages: { a: { keep_late: true, min_success: 1.0 } } } })
        .options,
    ).toEqual({
      stages: { a: { min_success: 1, keep_late: true } },
    });
  });

  test("leave the names of the OpenAI API to the model, but in a bag of their own", () => {
    const { options, params } = separate({ temperature: 0.1, composite: { temperature: 0.9 } });
    expect(params).toEqual({ temperature: 0.1 });
    expect(options).toEqual({ temperature: 0.9 });
  });

  test("count as not given when they are null", () => {
    expect(separate({ layers: null, composite: { layers: 2 }, metadata: null }).options).toEqual({ layers: 2 });
  });

  test.each([
    ["proposer", { proposer: [] }, "proposer", /did you mean proposers\?/],
    ["camel case", { councilModels: [] }, "councilModels", /did you mean council_models\?/],
    ["agregator in a bag", { composite: { agregator: "x" } }, "composite.agregator", /did you mean aggregator\?/],
    ["a vendor's field in a bag", { optional_params: { top_k: 1 } }, "optional_params.top_k", /at the top level/],
    ["an OpenAI field in a bag", { composite: { max_tokens: 1 } }, "composite.max_tokens", /at the top level/],
    ["nonsense in a bag", { composite: { zzzzzz: 1 } }, "composite.zzzzzz", /There are: aggregator, include_trace/],
    ["another strategy's option", { council_models: [] }, "council_models", /option of council, not of moa/],
    ["another strategy's option in a bag", { composite: { rubric: "x" } }, "composite.rubric", /option of council, not of moa/],
    ["two values", { layers: 1, composite: { layers: 2 } }, "composite.layers", /composite\.layers and layers differ/],
    [
      "two bags",
      { optional_params: { layers: 1 }, composite: { layers: 2 } },
      "composite.layers",
      /composite\.layers and optional_params\.layers differ/,
    ],
    ["an inherited name", { composite: { constructor: 1 } }, "composite.constructor", /is not an option/],
  ])("are refused for %s", (_case, fields, param, message) => {
    const [refusedParam, said] = refusalOf(fields);
    expect(refusedParam).toBe(param);
    expect(said).toMatch(message);
  });

  test.each([
    "top_k",
    "top_a",
    "min_p",
    "models",
    "provider",
    "plugins",
    "route",
    "transforms",
    "reasoning",
    "thinking",
    "samplers",
    "guided_json",
    "repetition_penalty",
    "keep_alive",
    "options",
    "format",
    "safe_prompt",
    "random_seed",
    "search_parameters",
    "documents",
    "prediction",
    "verbosity",
    "prompt_cache_key",
    "safety_identifier",
    "web_search_options",
    "cached_content",
    "enable_search",
    "do_sample",
    "state",
  ])("are not mistaken for the vendor's %s", (field) => {
    expect(separate({ [field]: { any: true } }).params).toEqual({ [field]: { any: true } });
  });
});
