import { describe, expect, it } from "vitest";
import { createChance } from "../chance.ts";
import { PLAIN_BEHAVIOUR } from "./behaviour.ts";
import { createBehaviourResolver, type RequestFacts } from "./behaviour-resolver.ts";

const chance = createChance(["1", "gpt-5"]);
const facts: RequestFacts = { step: null, sameness: "a", draw: "1", chance };

describe("createBehaviourResolver", () => {
  const faults = (program: string, list: readonly RequestFacts[]): boolean[] => {
    const resolver = createBehaviourResolver();
    return list.map((each) => {
      const resolved = resolver.resolve([program], each);
      return "behaviour" in resolved && resolved.behaviour.fault !== null;
    });
  };

  it("is plain without directives", () => {
    expect(createBehaviourResolver().resolve([null, null], facts)).toEqual({ behaviour: PLAIN_BEHAVIOUR });
  });

  it("reads the header's directives after the name's", () => {
    const resolved = createBehaviourResolver().resolve(["tokens-5-chunk-2", "tokens-7"], facts);
    expect(resolved).toMatchObject({ behaviour: { tokens: 7, chunkTokens: 2 } });
  });

  it("fails the first requests of the same thing and no other", () => {
    const other = { ...facts, sameness: "b" };
    expect(faults("fail-first-2-503", [facts, facts, other, facts, facts, other, other])).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it("guards only what follows a condition", () => {
    const resolver = createBehaviourResolver();
    resolver.resolve(["tokens-5-fail-first-1-503"], facts);
    expect(resolver.resolve(["tokens-5-fail-first-1-503"], facts)).toMatchObject({ behaviour: { tokens: 5, fault: null } });
  });

  it("applies to the steps of one stage, nested ones and hedges among them", () => {
    const steps = ["review.0.1", "propose.0.0/review.0.2~1", "propose.0.1", "final", null];
    expect(
      faults(
        "on-review-error-500",
        steps.map((step) => ({ ...facts, step })),
      ),
    ).toEqual([true, true, false, false, false]);
    expect(faults("on-final-error-500", [{ ...facts, step: "final" }])).toEqual([true]);
  });

  it("fails the asked share of requests, the same ones each time", () => {
    const requests = Array.from({ length: 2000 }, (_, index) => ({ ...facts, draw: String(index) }));
    const failed = faults("fail-rate-20-503", requests);
    expect(failed.filter(Boolean).length / 2000).toBeCloseTo(0.2, 1);
    expect(faults("fail-rate-20-503", requests)).toEqual(failed);
  });

  it("passes a problem on", () => {
    expect(createBehaviourResolver().resolve([null, "nonsense"], facts)).toHaveProperty("problem");
  });
});
