import { describe, expect, it } from "vitest";
import { builtInPlanners } from "../built-in-planners.ts";
import { commonOptions, MAX_DEADLINE_MS } from "./common-options.ts";
import { optionNames } from "./option-names.ts";

describe("the common options", () => {
  it("have a default where one is the same for everybody", () => {
    expect(commonOptions.parse({})).toEqual({
      stages: {},
      hedge: false,
      priority: "interactive",
      restart: "error",
      usage: "sum",
      stream_events: false,
      stream_members: false,
      include_trace: false,
      metadata: {},
    });
  });

  it("take a policy per stage", () => {
    const stages = { propose: { min_success: 2, grace_ms: 4000, deadline_ms: 120_000, keep_late: true } };
    expect(commonOptions.parse({ stages }).stages).toEqual(stages);
  });

  it.each([
    [{ total_deadline_ms: 0 }],
    [{ total_deadline_ms: -1 }],
    [{ total_deadline_ms: MAX_DEADLINE_MS + 1 }],
    [{ total_deadline_ms: "280000" }],
    [{ max_cost_usd: 0 }],
    [{ max_cost_usd: -0.1 }],
    [{ max_cost_usd: "1" }],
    [{ max_cost_usd: Number.POSITIVE_INFINITY }],
    [{ priority: "urgent" }],
    [{ on_disconnect: "ignore" }],
    [{ restart: "reset" }],
    [{ usage: "all" }],
    [{ stream_events: "true" }],
    [{ stages: { propose: { min_success: 0 } } }],
    [{ stages: { propose: { min_success: 9 } } }],
    [{ stages: { propose: { grace_ms: -1 } } }],
    [{ stages: { propose: { deadline_ms: 0 } } }],
    [{ stages: { propose: { quorum: 2 } } }],
    [{ stages: [] }],
    [{ metadata: { key: 1 } }],
    [{ metadata: { key: "x".repeat(513) } }],
    [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`key${index}`, ""])) }],
    [{ total_deadline: 1 }],
  ])("refuse %j", (value) => {
    expect(commonOptions.safeParse(value).success).toBe(false);
  });

  it("are all described", () => {
    for (const [name, option] of Object.entries(commonOptions.shape)) expect(option.description, name).toBeTruthy();
  });
});

describe("the option names", () => {
  it("are those of all strategies and the common ones, each once", () => {
    const names = optionNames(Object.values(builtInPlanners));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(["total_deadline_ms", "proposers", "council_models", "temperature"]));
  });

  it("of a strategy are never common ones too", () => {
    const common = Object.keys(commonOptions.shape);
    for (const { options } of Object.values(builtInPlanners)) {
      expect(Object.keys(options.shape).filter((name) => common.includes(name))).toEqual([]);
    }
  });
});
