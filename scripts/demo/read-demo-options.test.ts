import { StartupError } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import { readDemoOptions } from "./read-demo-options.ts";

describe("the demo's arguments", () => {
  it("are all optional", () => {
    expect(readDemoOptions([])).toMatchObject({ usesLocalModel: false, model: null, question: expect.stringMatching(/\?$/) as string });
    expect(readDemoOptions(["--local-model"])).toMatchObject({ usesLocalModel: true });
    expect(readDemoOptions(["--model", "openai/gpt-5", "--question", "Why?"])).toEqual({
      usesLocalModel: false,
      model: "openai/gpt-5",
      question: "Why?",
    });
  });

  it("are refused in one sentence that shows the form", () => {
    for (const args of [["--lokal"], ["--model"], ["Why?"], ["--local-model", "--model", "x"]]) {
      expect(() => readDemoOptions(args)).toThrow(StartupError);
      expect(() => readDemoOptions(args)).toThrow(/^[^\n]*; the form is: npm run demo -- \[--local-model/);
    }
  });
});
