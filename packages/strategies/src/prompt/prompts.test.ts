import { describe, expect, it } from "vitest";
import { council } from "../council/strategy.ts";
import { moa } from "../moa/strategy.ts";
import { type FakeCall, runWithFakes } from "../testing/run-with-fakes.ts";
import { PROMPTS_VERSION } from "./prompts-version.ts";

function toText({ step, messages, params }: FakeCall): string {
  const added = messages.slice(1).map(({ content }) => String(content));
  return [`##### ${step} ${JSON.stringify(params)}`, ...(added.length === 0 ? ["(the conversation alone)"] : added)].join("\n\n");
}

function answer({ step, stage, params }: FakeCall): string {
  if (stage !== "review") return `Text of ${step}.`;
  const [first = ""] = JSON.stringify(params).match(/\["Response [^\]]*\]/) ?? [];
  return `{"critique": "Critique of ${step}.", "ranking": ${first}}`;
}

describe("the prompts", () => {
  it("are those of their version, word for word: raise PROMPTS_VERSION with any change", async () => {
    const runs = [
      await runWithFakes(moa, { options: { proposers: ["a/1", "a/2"], layers: 2 }, answer }),
      await runWithFakes(moa, { options: { proposers: ["a/1", "a/2"], layers: 2 }, toolNotes: "search: finds pages", answer }),
      await runWithFakes(council, { answer }),
      await runWithFakes(council, { toolNotes: "search: finds pages", answer }),
      await runWithFakes(council, { options: { council_models: ["a/1", "a/2"] }, answer }),
    ];
    const text = runs
      .flatMap(({ plan, calls }) => [`########## ${plan.strategy} ${JSON.stringify(plan.options)}`, ...calls.map(toText)])
      .join("\n\n");
    await expect(`${text}\n`).toMatchFileSnapshot(`fixtures/prompts-v${PROMPTS_VERSION}.txt`);
  });
});
