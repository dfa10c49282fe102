import { errorResponse, modelCard, modelList } from "@composite-llm/openai-api";
import { describe, expect, test } from "vitest";
import { buildTestGateway } from "../testing/build-test-gateway.ts";

const YAML = `
version: 1
api_keys:
  - { name: all, key: key-of-all }
  - { name: few, key: key-of-few, models: ["composite/profile/*"] }
models:
  aliases: { haiku: anthropic/claude-haiku-4-5, nowhere: groq/llama }
profiles:
  research: { strategy: council, description: Four opinions, model: openai/gpt-5 }
`;

const get = async (url: string, key = "key-of-all") => {
  const { app } = await buildTestGateway({ yaml: YAML });
  return app.inject({ url, headers: { authorization: `Bearer ${key}` } });
};

describe("the list of models", () => {
  test("has composites, profiles, aliases and plain models, all with their parameters", async () => {
    const answer = await get("/v1/models");
    expect(answer.statusCode).toBe(200);
    const { data } = modelList.parse(answer.json());
    expect(data.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        "composite/profile/research",
        "composite/moa/haiku",
        "composite/council/openai/gpt-5",
        "haiku",
        "openai/gpt-5",
      ]),
    );
    expect(new Set(data.map(({ id }) => id)).size).toBe(data.length);
    expect(data.find(({ id }) => id === "composite/moa/haiku")).toMatchObject({
      owned_by: "composite",
      supported_parameters: expect.arrayContaining(["max_tokens", "tools", "proposers", "layers"]) as string[],
    });
    expect(data.find(({ id }) => id === "haiku")).toMatchObject({ owned_by: "anthropic" });
  });

  test("leaves out what cannot be called", async () => {
    const { data } = modelList.parse((await get("/v1/models")).json());
    expect(data.filter(({ id }) => id.includes("nowhere"))).toEqual([]);
  });

  test("shows a key only what it may use", async () => {
    const { data } = modelList.parse((await get("/v1/models", "key-of-few")).json());
    expect(data.map(({ id }) => id)).toEqual(["composite/profile/research"]);
  });
});

describe("a model by its name", () => {
  test.each([
    ["composite/moa/openai/gpt-5", "composite/moa/openai/gpt-5"],
    ["composite%2Fmoa%2Fopenai%2Fgpt-5", "composite/moa/openai/gpt-5"],
    ["composite%2fprofile%2fresearch", "composite/profile/research"],
    ["openai/some-model-of-tomorrow", "openai/some-model-of-tomorrow"],
    ["gpt-4o", "gpt-4o"],
    [`openai/${"m".repeat(200)}`, `openai/${"m".repeat(200)}`],
  ])("is found as %s, listed or not", async (path, id) => {
    const answer = await get(`/v1/models/${path}`);
    expect(answer.statusCode).toBe(200);
    expect(modelCard.parse(answer.json()).id).toBe(id);
  });

  test("is not found when nothing answers to it", async () => {
    const answer = await get("/v1/models/composite/profile/reserch");
    expect(answer.statusCode).toBe(404);
    expect(errorResponse.parse(answer.json()).error).toMatchObject({ code: "model_not_found", param: "model" });
  });

  test("is refused to a key that may not use it", async () => {
    const answer = await get("/v1/models/openai/gpt-5", "key-of-few");
    expect(answer.statusCode).toBe(403);
  });
});
