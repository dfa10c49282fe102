import type { OpenAI } from "openai";

/** Three members of two vendors, who speak two wire formats. */
const MEMBERS = ["openai/gpt-4o-mini", "anthropic/claude-haiku-4-5", "openai/gpt-5-mini"];

export const MOA = { model: "composite/moa/openai/gpt-4o", proposers: MEMBERS };
export const COUNCIL = { model: "composite/council/anthropic/claude-sonnet-4-5", council_models: MEMBERS };

/** A panel, how often each of its steps is sent to a provider, and the model whose answer the client gets. */
export const PANELS = [
  { request: MOA, steps: { "propose.0.0": 1, "propose.0.1": 1, "propose.0.2": 1, final: 1 }, speaker: "gpt-4o" },
  {
    request: COUNCIL,
    steps: { "answer.0.0": 1, "answer.0.1": 1, "answer.0.2": 1, "review.0.0": 1, "review.0.1": 1, "review.0.2": 1, final: 1 },
    speaker: "claude-sonnet-4-5",
  },
];

export const MESSAGES: OpenAI.ChatCompletionMessageParam[] = [
  { role: "system", content: "Answer briefly." },
  { role: "user", content: "Why is the sky blue?" },
];

export const WEATHER: OpenAI.ChatCompletionTool = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
  },
};

export const SKY_FORMAT = {
  type: "json_schema",
  json_schema: {
    name: "sky",
    strict: true,
    schema: {
      type: "object",
      properties: { colour: { type: "string" }, wavelength: { type: "integer" } },
      required: ["colour", "wavelength"],
      additionalProperties: false,
    },
  },
} as const;
