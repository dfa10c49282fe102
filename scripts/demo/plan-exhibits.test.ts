import { describe, expect, it } from "vitest";
import { planExhibits } from "./plan-exhibits.ts";

describe("the exhibits", () => {
  it("are one base model alone, in a mixture of agents and in a council", () => {
    const requests = planExhibits({ kind: "own", model: "openai/gpt-5" }).map(({ request }) => request);
    expect(requests.map(({ model }) => model)).toEqual(["openai/gpt-5", "composite/moa/openai/gpt-5", "composite/council/openai/gpt-5"]);
    for (const { composite } of requests) expect(composite).toEqual({ stream_events: true, on_disconnect: "cancel" });
  });

  it("bound the tokens of every call of a model that never knows when to stop", () => {
    const [alone, moa, council] = planExhibits({ kind: "small", model: "local/x" }).map(({ request }) => request);
    expect(alone?.max_tokens).toBeGreaterThan(0);
    const capped = [{ model: "local/x", count: 3, params: { max_tokens: expect.any(Number) as number } }];
    expect(moa?.composite).toMatchObject({ proposers: capped });
    expect(council?.composite).toMatchObject({ council_models: capped, review_models: capped });
  });

  it("are simulated by two vendors at a pace that can be watched", () => {
    const [alone, moa] = planExhibits({ kind: "simulated" }).map(({ request }) => request);
    expect(alone?.model).toMatch(/-mock-/);
    const members = moa?.composite["proposers"] as string[];
    expect(new Set(members.map((member) => member.split("/")[0])).size).toBe(2);
    for (const member of members) expect(member).toMatch(/-mock-.*tps-/);
  });
});
