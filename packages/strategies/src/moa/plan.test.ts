import { describe, expect, it } from "vitest";
import { moaPlanner } from "./plan.ts";

function plan(options: Record<string, unknown>) {
  return moaPlanner.plan({ options: moaPlanner.options.parse(options), base: { model: "openai/gpt-5" } });
}

describe("the plan of moa", () => {
  it("proposes three times with the base model and lets it aggregate, unless told otherwise", () => {
    const slot = { role: "proposer", member: { model: "openai/gpt-5" }, field: "model", defaults: { temperature: 0.7 } };
    expect(plan({})).toEqual({
      stages: [{ name: "propose", layer: 0, slots: [slot, slot, slot] }],
      final: { role: "aggregator", member: { model: "openai/gpt-5" }, field: "model" },
    });
  });

  it("has one stage per layer with the same slots", () => {
    const { stages } = plan({ layers: 4, proposers: ["a/b", { model: "a/c", count: 2 }] });
    expect(stages.map(({ name, layer, slots }) => [name, layer, slots.map(({ member }) => member.model)])).toEqual(
      [0, 1, 2, 3].map((layer) => ["propose", layer, ["a/b", "a/c", "a/c"]]),
    );
  });

  it("names the aggregator's field for errors", () => {
    expect(plan({ aggregator: { model: "a/b", params: { top_p: 1 } } }).final).toEqual({
      role: "aggregator",
      member: { model: "a/b", params: { top_p: 1 } },
      field: "aggregator",
    });
  });

  it("lets a member's own temperature win over the option, and the option over the default", () => {
    const { stages } = plan({ temperature: 0.3, proposers: ["a/b", { model: "a/c", params: { temperature: 0 } }] });
    expect(stages[0]?.slots).toEqual([
      { role: "proposer", member: { model: "a/b", params: { temperature: 0.3 } }, field: "proposers[0]" },
      { role: "proposer", member: { model: "a/c", params: { temperature: 0 } }, field: "proposers[1]" },
    ]);
  });

  it.each([
    { layers: 0 },
    { layers: 5 },
    { layers: 1.5 },
    { layers: "2" },
    { temperature: 3 },
    { proposer: ["a/b"] },
    { council_models: ["a/b"] },
  ])("refuses %j", (options) => {
    expect(moaPlanner.options.safeParse(options).success).toBe(false);
  });
});
