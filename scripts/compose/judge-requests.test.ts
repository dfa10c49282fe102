import { describe, expect, it } from "vitest";
import { judgeRequests, type Price } from "./judge-requests.ts";
import { parseRequests, type ProviderRequest } from "./provider-requests.ts";

const STEPS = ["propose.0.0", "final"];

/** A run whose final call was made once, after requests for the other step that ended so. */
function requestsOf(...outcomes: ProviderRequest["outcome"][]): ProviderRequest[] {
  const proposals = outcomes.map((outcome) => ({ run: "r1", step: "propose.0.0", outcome }));
  return [...proposals, { run: "r1", step: "final", outcome: "completed" }, { run: "other", step: "propose.0.0", outcome: "error" }];
}

describe("judgeRequests", () => {
  it.each<[Price, ProviderRequest["outcome"][], number]>([
    ["nothing", ["completed"], 0],
    ["one_more", ["completed"], 0],
    ["one_more", ["aborted", "completed"], 1],
    ["one_more", ["completed", "completed"], 1],
  ])("lets a fault cost %s: %j", (price, outcomes, repeats) => {
    expect(judgeRequests(requestsOf(...outcomes), ["r1"], STEPS, price)).toEqual({ repeats, faults: [] });
  });

  it.each<[Price, ProviderRequest["outcome"][]]>([
    ["nothing", ["completed", "completed"]],
    ["one_more", ["aborted", "aborted", "completed"]],
    ["one_more", ["aborted", "error"]],
    ["one_more", ["completed", null]],
  ])("finds what is wrong, or costs more than %s, in %j", (price, outcomes) => {
    const { faults } = judgeRequests(requestsOf(...outcomes), ["r1"], STEPS, price);
    expect(faults).toEqual([`run r1 had propose.0.0 ${outcomes.join(", ")}`]);
  });

  it("finds a step that was never called, and one that the run does not have", () => {
    expect(judgeRequests(requestsOf(), ["r1"], STEPS, "one_more").faults).toEqual(["run r1 had propose.0.0 never"]);
    expect(judgeRequests(requestsOf("completed"), ["r1"], ["final"], "one_more").faults).toEqual(["run r1 had propose.0.0 completed"]);
  });
});

describe("parseRequests", () => {
  it("takes a request's end from its second line", () => {
    const started = { event: "started", id: 1, run: "r1", step: "final", wire: "openai" };
    const lines = [started, { ...started, id: 2 }, { ...started, event: "ended", outcome: "completed" }];
    expect(parseRequests(lines.map((each) => `${JSON.stringify(each)}\n`).join(""))).toEqual([
      { run: "r1", step: "final", outcome: "completed" },
      { run: "r1", step: "final", outcome: null },
    ]);
  });
});
