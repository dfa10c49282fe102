import type { Message, Params } from "@composite-llm/contracts";
import { describe, expect, it } from "vitest";
import { type EstimateOptions, estimateTokens } from "./estimate-tokens.ts";
import { loadTokenCounter } from "./load-token-counter.ts";
import { countByLength } from "./token-counter.ts";

const UNKNOWN = { inputRatio: 1, outputP95: null };
const byLength: EstimateOptions = { preset: "anthropic", count: countByLength, learned: UNKNOWN, tokensCounted: "used" };

function request(messages: Message[], params: Params = {}) {
  return { model: "m", messages, params };
}

function inputOf(messages: Message[], params: Params = {}, more: Partial<EstimateOptions> = {}): number {
  return estimateTokens(request(messages, params), { ...byLength, ...more }).inputTokens;
}

function outputOf(params: Params, more: Partial<EstimateOptions> = {}): number {
  return estimateTokens(request([], params), { ...byLength, ...more }).outputTokens;
}

describe("the input of OpenAI's models", async () => {
  const count = await loadTokenCounter({ preset: "openai", model: "gpt-4o", isSimulated: false });
  const openai = { preset: "openai", count };

  // Counted by OpenAI's API for gpt-4o and gpt-4o-mini.
  it("is what the API counts for messages", () => {
    expect(inputOf([{ role: "user", content: "Who won the World Cup in 2022?" }], {}, openai)).toBe(17);
  });

  it("is close to what the API counts for tools", () => {
    const weather = {
      name: "get_current_weather",
      description: "Get the current weather in a given location",
      parameters: {
        type: "object",
        properties: {
          location: { type: "string", description: "The city and state, e.g. San Francisco, CA" },
          unit: { type: "string", description: "The unit of temperature to return", enum: ["celsius", "fahrenheit"] },
        },
        required: ["location"],
      },
    };
    const messages = [
      { role: "system", content: "You are a helpful assistant that can answer to questions about the weather." },
      { role: "user", content: "What's the weather like in San Francisco?" },
    ];
    const estimated = inputOf(messages, { tools: [{ type: "function", function: weather }] }, openai);
    expect(estimated).toBeGreaterThan(101 * 0.95);
    expect(estimated).toBeLessThan(101 * 1.2);
    expect(inputOf(messages, { functions: [weather] }, openai)).toBe(estimated);
  });
});

describe("the input of other models", () => {
  const hello = { role: "user", content: "Hello, you there" };

  it("is by length, with what stands around messages and names", () => {
    // 20 bytes, 3 for the message and 3 before the answer.
    expect(inputOf([hello])).toBe(11);
    expect(inputOf([{ ...hello, name: "Anna" }])).toBe(13);
    expect(inputOf([hello, hello])).toBe(19);
    expect(inputOf([])).toBe(3);
  });

  it("counts texts in parts, tool calls, tools, schemas and refusals", () => {
    const plain = inputOf([{ role: "user" }]);
    const long = "x".repeat(400);
    const messages: Message[] = [
      { role: "user", content: [{ type: "text", text: long }] },
      { role: "user", content: [{ type: "refusal", refusal: long }] },
      { role: "user", content: [long] },
      { role: "user", tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: long } }] },
    ];
    for (const message of messages) expect(inputOf([message]) - plain).toBeGreaterThanOrEqual(100);
    const tool = { type: "function", function: { name: "f", description: long, parameters: {} } };
    const format = { type: "json_schema", json_schema: { name: "n", schema: { description: long } } };
    expect(inputOf([{ role: "user" }], { tools: [tool] }) - plain).toBeGreaterThanOrEqual(100);
    expect(inputOf([{ role: "user" }], { response_format: format }) - plain).toBeGreaterThanOrEqual(100);
  });

  it("counts an image by its detail and not by its bytes, and by its vendor", () => {
    const image = (detail?: string) => ({ type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(1e6)}`, detail } });
    const imageAt = (preset: string, detail?: string) =>
      inputOf([{ role: "user", content: [image(detail)] }], {}, { preset }) - inputOf([{ role: "user", content: [] }]);
    expect(imageAt("anthropic")).toBe(1_600);
    expect(imageAt("openai", "high")).toBe(765);
    expect(imageAt("openai", "low")).toBe(85);
    expect(imageAt("gemini")).toBe(258);
    const sound = { type: "input_audio", input_audio: { data: "A".repeat(1e6), format: "wav" } };
    expect(inputOf([{ role: "user", content: [sound] }]) - inputOf([{ role: "user", content: [] }])).toBe(1_500);
  });

  it("is multiplied by what was learned, within reason", () => {
    const inputWith = (inputRatio: number) => inputOf([hello], {}, { learned: { ...UNKNOWN, inputRatio } });
    expect(inputWith(2)).toBe(22);
    expect(inputWith(0.5)).toBe(6);
    expect(inputWith(1e9)).toBe(110);
    expect(inputWith(0)).toBe(2);
    expect(inputWith(Number.NaN)).toBe(11);
    expect(inputWith(Number.POSITIVE_INFINITY)).toBe(11);
  });

  it.each([
    [{ role: "user", content: null }],
    [{ role: "user", content: [null, 5, {}, { type: "image_url" }] }],
    [{ role: "user", content: 5, tool_calls: [null, {}] }],
    [{ role: "user", name: 5 }],
  ])("is found of messages that nobody knows: %j", (message) => {
    expect(inputOf([message], { tools: "none", functions: [null], response_format: "x" })).toBeGreaterThan(0);
  });
});

describe("the output", () => {
  const learned = { inputRatio: 1, outputP95: 300.7 };

  it("is what was learned, or the call's own cap when that is less", () => {
    expect(outputOf({}, { learned })).toBe(300);
    expect(outputOf({ max_tokens: 8_192 }, { learned })).toBe(300);
    expect(outputOf({ max_tokens: 20 }, { learned })).toBe(20);
    expect(outputOf({ max_tokens: 8_192, max_completion_tokens: 20 }, { learned })).toBe(20);
  });

  it("is a thousand tokens while nothing is learned, and never the cap above that", () => {
    expect(outputOf({})).toBe(1_000);
    expect(outputOf({ max_tokens: 128_000 })).toBe(1_000);
    expect(outputOf({ max_tokens: 100 })).toBe(100);
  });

  it("is the call's own cap where the vendor counts what is asked for", () => {
    const requested = { learned, tokensCounted: "requested" } as const;
    expect(outputOf({ max_tokens: 8_192 }, requested)).toBe(8_192);
    expect(outputOf({}, requested)).toBe(300);
  });

  it("is counted for every choice", () => {
    expect(outputOf({ n: 3, max_tokens: 20 })).toBe(60);
  });

  it.each([0, -5, Number.NaN, "20", null])("takes no notice of a cap or number of choices of %j", (value) => {
    expect(outputOf({ max_tokens: value, n: value })).toBe(1_000);
    expect(outputOf({}, { learned: { inputRatio: 1, outputP95: typeof value === "number" ? value : null } })).toBe(1_000);
  });
});
