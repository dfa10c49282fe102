import { describe, expect, it } from "vitest";
import { councilPlanner } from "./plan.ts";

function plan(options: Record<string, unknown>) {
  return councilPlanner.plan({ options: councilPlanner.options.parse(options), base: { model: "openai/gpt-5" } });
}

const modelsOf = (options: Record<string, unknown>) =>
  plan(options).stages.map(({ name, slots }) => [name, slots.map(({ role, member, field }) => `${role} ${member.model} ${field}`)]);

describe("the plan of a council", () => {
  it("seats the base model three times, lets it review and chair, unless told otherwise", () => {
    expect(modelsOf({})).toEqual([
      ["answer", Array.from({ length: 3 }, () => "member openai/gpt-5 model")],
      ["review", Array.from({ length: 3 }, () => "reviewer openai/gpt-5 model")],
    ]);
    expect(plan({}).final).toEqual({ role: "chairman", member: { model: "openai/gpt-5" }, field: "model" });
  });

  it("lets the members review in their own slots", () => {
    expect(modelsOf({ council_models: ["a/b", { model: "a/c", count: 2 }] })[1]).toEqual([
      "review",
      ["reviewer a/b council_models[0]", "reviewer a/c council_models[1]", "reviewer a/c council_models[1]"],
    ]);
  });

  it("takes reviewers and a chairman of their own", () => {
    const options = { council_models: ["a/1", "a/2", "a/3"], review_models: ["b/1", "b/2"], chairman_model: "c/1" };
    expect(modelsOf(options)[1]).toEqual(["review", ["reviewer b/1 review_models[0]", "reviewer b/2 review_models[1]"]]);
    expect(plan(options).final).toEqual({ role: "chairman", member: { model: "c/1" }, field: "chairman_model" });
  });

  it("leaves out the members beyond max_council_size, in both stages", () => {
    const seats = plan({ council_models: ["a/1", "a/2", "a/3", "a/4"], max_council_size: 3 }).stages.map(({ slots }) => slots.length);
    expect(seats).toEqual([3, 3]);
  });

  it("plans no review where there can be no three answers", () => {
    expect(plan({ council_models: ["a/1", "a/2"] }).stages.map(({ name }) => name)).toEqual(["answer"]);
    expect(councilPlanner.stageNames).toEqual(["answer", "review"]);
  });

  it.each([
    { max_council_size: 0 },
    { max_council_size: 9 },
    { exclude_self_votes: "yes" },
    { rubric: "" },
    { chairman: "a/b" },
    { layers: 2 },
  ])("refuses %j", (options) => {
    expect(councilPlanner.options.safeParse(options).success).toBe(false);
  });
});
