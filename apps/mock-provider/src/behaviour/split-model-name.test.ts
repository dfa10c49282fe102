import { expect, it } from "vitest";
import { splitModelName } from "./split-model-name.ts";

it.each([
  ["gpt-5", "gpt-5", null],
  ["gpt-5-mock-latency-200", "gpt-5", "latency-200"],
  ["openai/gpt-5-mock-empty", "openai/gpt-5", "empty"],
  ["mock-empty", "mock", "empty"],
  ["vendor/mock-empty", "vendor/mock", "empty"],
  ["mock", "mock", null],
  ["mockingbird-7b", "mockingbird-7b", null],
  ["hammock-2", "hammock-2", null],
  ["a-mock-echo-mock-empty", "a", "echo-mock-empty"],
])("splits %s into %s and %s", (model, base, program) => {
  expect(splitModelName(model)).toEqual({ base, program });
});
