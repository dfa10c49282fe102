import { ApiError } from "@composite-llm/core";
import { parseChatRequest } from "@composite-llm/openai-api";
import { parseRunPlan } from "@composite-llm/contracts";
import { describe, expect, test } from "vitest";
import { ANONYMOUS } from "../auth/key-table.ts";
import { loadTestSettings } from "../testing/load-test-settings.ts";

const YAML = `
version: 1
providers:
  openai: {}
  anthropic: {}
  google: { preset: gemini, keys: [{ name: main, key: test }] }
  cheap: { extends: openai, params: { service_tier: flex, temperature: 0.1, max_tokens: 100 } }
models:
  aliases: { haiku: anthropic/claude-haiku-4-5 }
  fallbacks: { openai/gpt-5-mini: [cheap/gpt-5-mini], openai/gpt-4o: [anthropic/claude-haiku-4-5, cheap/gpt-4o] }
defaults:
  member_max_tokens: 2048
  total_deadline_ms: 60000
  moa: { layers: 2, stages: { propose: { min_success: 2, grace_ms: 4000, keep_late: true } } }
profiles:
  research:
    strategy: council
    model: openai/gpt-5
    chairman_model: openai/gpt-5
    council_models: [openai/gpt-5-mini, { model: haiku, count: 2, params: { temperature: 0.9 } }]
    stages: { review: { min_success: 2, deadline_ms: 60000 } }
    usage: final
  nested: { strategy: moa, model: openai/gpt-5, proposers: [composite/profile/research, haiku], layers: 1 }
`;

const settings = await loadTestSettings(YAML);

function planOf(fields: object, seed = 7) {
  const request = parseChatRequest({ model: "composite/moa/openai/gpt-5", messages: [{ role: "user", content: "Hi" }], ...fields });
  const planned = settings.planner.plan(request, { caller: ANONYMOUS, traceId: "t", seed, nowMs: 1_764_000_000_000, background: false });
  return { ...planned, ...planned.plan };
}

function refusalOf(fields: object): string | null {
  try {
    planOf(fields);
  } catch (error) {
    if (error instanceof ApiError) return error.body.param;
  }
  return null;
}

describe("a plan", () => {
  test("is what the queue's other side reads", () => {
    const { plan } = planOf({ stream: true, composite: { metadata: { user: "x" } } });
    expect(parseRunPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(plan).toMatchObject({
      model: "composite/moa/openai/gpt-5",
      profile: null,
      caller: "anonymous",
      totalDeadlineMs: 60_000,
      metadata: { user: "x" },
      delivery: { stream: true, includeUsage: false, usage: "sum" },
    });
  });

  test("of a plain model is one call with the client's parameters as they came", () => {
    const { root } = planOf({ model: "haiku", temperature: 0.3, max_completion_tokens: 9, top_k: 5, tools: [{ type: "web_search" }] });
    expect(root).toMatchObject({ strategy: "single", stages: [] });
    expect(root.final.member).toEqual({
      name: "haiku",
      provider: "anthropic",
      model: "claude-haiku-4-5",
      params: { temperature: 0.3, max_tokens: 9, top_k: 5, tools: [{ type: "web_search" }] },
      nested: null,
    });
  });

  test("says where a silent member is called again, with what that place adds, when hedging is asked for", () => {
    const asked = { proposers: ["openai/gpt-5-mini", "haiku"], aggregator: "openai/gpt-5-mini", layers: 1, temperature: 0.3 };
    const { root, planVersion } = planOf({ ...asked, composite: { hedge: true } });
    const [mini, haiku] = root.stages[0]?.slots ?? [];
    expect(mini?.member.params).toEqual({ temperature: 0.3, max_tokens: 2048 });
    const params = { service_tier: "flex", temperature: 0.3, max_tokens: 100 };
    expect(mini?.member.hedge).toEqual({ provider: "cheap", model: "gpt-5-mini", params });
    expect([haiku?.member.hedge, root.final.member.hedge]).toEqual([undefined, undefined]);
    const plain = planOf(asked);
    expect(JSON.stringify(plain.root)).not.toContain("hedge");
    expect(plain.planVersion).not.toBe(planVersion);
  });

  test("says where each call goes that fails, the last one too, with what those places add", () => {
    const { root } = planOf({
      proposers: ["openai/gpt-5-mini", "haiku"],
      aggregator: "openai/gpt-5-mini",
      layers: 1,
      temperature: 0.3,
      stop: ["x"],
    });
    const [mini, haiku] = root.stages[0]?.slots ?? [];
    const place = { provider: "cheap", model: "gpt-5-mini" };
    expect(mini?.member.fallbacks).toEqual([{ ...place, params: { service_tier: "flex", temperature: 0.3, max_tokens: 100 } }]);
    expect(root.final.member.fallbacks).toEqual([
      { ...place, params: { service_tier: "flex", temperature: 0.3, max_tokens: 100, stop: ["x"] } },
    ]);
    expect(haiku?.member.fallbacks).toBeUndefined();
  });

  test("leaves out other places of the last call that do not take what shapes the answer", () => {
    const shaped = (fields: object) =>
      planOf({ model: "openai/gpt-4o", ...fields }).root.final.member.fallbacks?.map(({ provider }) => provider);
    expect(shaped({})).toEqual(["anthropic", "cheap"]);
    expect(shaped({ n: 2 })).toEqual(["cheap"]);
  });

  test("counts a second call like any other", () => {
    const most = { proposers: [{ model: "openai/gpt-5-mini", count: 8 }], layers: 4 };
    // One in place of a call that failed does not count.
    expect(refusalOf(most)).toBeNull();
    expect(refusalOf({ ...most, composite: { hedge: true } })).toBe("model");
  });

  test("gives members the client's sampling and a cap of their own, and the last call everything", () => {
    const { root } = planOf({ temperature: 0.2, top_p: 0.5, max_tokens: 64, stop: ["x"], seed: 1, proposers: ["haiku"], layers: 1 });
    expect(root.stages[0]?.slots[0]?.member.params).toEqual({ temperature: 0.2, top_p: 0.5, max_tokens: 2048 });
    expect(root.final.member.params).toEqual({ temperature: 0.2, top_p: 0.5, max_tokens: 64, stop: ["x"], seed: 1 });
  });

  test("layers parameters: bundle below the strategy's defaults below the client below the member", () => {
    const member = (fields: object, params: object = {}) =>
      planOf({ ...fields, proposers: [{ model: "gpt-5-mini", provider: "cheap", params }] }).root.stages[0]?.slots[0]?.member;
    expect(member({})?.params).toEqual({ service_tier: "flex", temperature: 0.7, max_tokens: 100 });
    expect(member({ temperature: 0.4 })?.params["temperature"]).toBe(0.4);
    expect(member({ temperature: 0.4 }, { temperature: 0.5, max_completion_tokens: 3 })?.params).toEqual({
      service_tier: "flex",
      temperature: 0.5,
      max_tokens: 3,
    });
    expect(member({})).toMatchObject({ provider: "cheap", model: "gpt-5-mini" });
  });

  test("holds several choices and log probabilities for a final model that gives them, whatever the members give", () => {
    const asked = { n: 2, logprobs: true, top_logprobs: 3 };
    const { root } = planOf({ ...asked, proposers: ["haiku"], aggregator: "openai/gpt-4o" });
    expect(root.final.member.params).toMatchObject(asked);
    expect(planOf({ model: "openai/gpt-5.2", logprobs: true, reasoning_effort: "none" }).root.final.member.params["logprobs"]).toBe(true);
  });

  test("takes wishes for one choice without log probabilities to any model", () => {
    expect(refusalOf({ model: "haiku", n: 1, logprobs: false, top_logprobs: null })).toBe(null);
    expect(refusalOf({ model: "haiku", n: null, logprobs: null })).toBe(null);
  });

  test.each([
    ["n", { model: "haiku", n: 2 }],
    ["logprobs", { model: "haiku", logprobs: true }],
    ["logprobs", { model: "google/gemini-2.5-pro", logprobs: true }],
    ["logprobs", { model: "openai/gpt-5.2", logprobs: true, top_logprobs: 2 }],
  ])("refuses %s that the final model would be asked without", (param, fields) => {
    expect(refusalOf(fields)).toBe(param);
  });

  test("takes options from the request above the profile above the defaults", () => {
    expect(planOf({}).root.stages).toHaveLength(2);
    expect(planOf({ layers: 1 }).root.stages).toHaveLength(1);
    const research = planOf({ model: "profile/research" });
    expect(research.profile).toBe("research");
    expect(research.delivery.usage).toBe("final");
    expect(planOf({ model: "profile/research", usage: "sum" }).delivery.usage).toBe("sum");
    expect(research.root.stages.map(({ slots }) => slots.map(({ member }) => member.name))).toEqual([
      ["openai/gpt-5-mini", "haiku", "haiku"],
      ["openai/gpt-5-mini", "haiku", "haiku"],
    ]);
  });

  test("merges policies stage by stage and field by field", () => {
    const { root } = planOf({ composite: { stages: { propose: { deadline_ms: 9000 } } } });
    expect(root.stages[0]?.policy).toEqual({ minSuccess: 2, graceMs: 4000, deadlineMs: 9000, keepLate: true });
    expect(planOf({ model: "profile/research" }).root.stages.map(({ policy }) => policy)).toEqual([
      { minSuccess: 1, graceMs: null, deadlineMs: null, keepLate: false },
      { minSuccess: 2, graceMs: 0, deadlineMs: 60_000, keepLate: false },
    ]);
  });

  test("waits for nobody beyond a quorum that was set without a grace", () => {
    const policyOf = (policy: object) =>
      planOf({ model: "profile/research", stages: { answer: policy, review: policy } }).root.stages[1]?.policy;
    expect(policyOf({ min_success: 1 })).toMatchObject({ minSuccess: 1, graceMs: 0 });
    expect(policyOf({ min_success: 1, grace_ms: 500 })).toMatchObject({ minSuccess: 1, graceMs: 500 });
    expect(planOf({ stages: { propose: { min_success: 1 } } }).root.stages[0]?.policy).toMatchObject({ minSuccess: 1, graceMs: 4000 });
    expect(planOf({ model: "profile/research" }).root.stages[0]?.policy.graceMs).toBe(null);
  });

  test("makes a quorum of the configuration fit a smaller panel, and refuses one of the request that cannot be", () => {
    expect(planOf({ proposers: ["haiku"] }).root.stages[0]?.policy.minSuccess).toBe(1);
    expect(refusalOf({ proposers: ["haiku"], stages: { propose: { min_success: 2 } } })).toBe("stages.propose.min_success");
  });

  test("holds a composite member as a strategy of its own, without the client's tools", () => {
    const { root } = planOf({ model: "profile/nested", temperature: 0.2, tools: [{ type: "web_search" }] });
    const [first, second] = root.stages[0]?.slots ?? [];
    expect(second?.member.nested).toBe(null);
    expect(first?.member).toMatchObject({ name: "composite/profile/research", provider: "openai", model: "gpt-5" });
    const nested = first?.member.nested;
    expect(nested).toMatchObject({
      strategy: "council",
      final: { role: "chairman", member: { params: { temperature: 0.2, max_tokens: 2048 } } },
    });
    expect(nested?.stages[0]?.slots).toHaveLength(3);
    expect(nested?.stages[0]?.slots[1]?.member.params["temperature"]).toBe(0.9);
    expect(nested?.seed).not.toBe(root.seed);
  });

  test("gives a composite as the last member the client's parameters, and those that were given with it", () => {
    const aggregator = { model: "composite/profile/research", params: { temperature: 0.6 } };
    const { root } = planOf({ aggregator, temperature: 0.2, tools: [{ type: "web_search" }] });
    expect(root.final.member.nested?.final.member.params).toEqual({ temperature: 0.6, tools: [{ type: "web_search" }] });
  });

  test("may itself be called single through its composite name", () => {
    expect(planOf({ proposers: ["composite/single/openai/gpt-5"], layers: 1 }).root.stages[0]?.slots[0]?.member).toMatchObject({
      provider: "openai",
      model: "gpt-5",
      nested: null,
    });
  });

  test("has one version for all requests that can be compared", () => {
    const version = (fields: object) => planOf(fields).planVersion;
    expect(version({})).toMatch(/^[0-9a-f]{16}$/);
    expect(version({ temperature: 0.1, messages: [{ role: "user", content: "Other" }] })).toBe(version({}));
    expect(version({ layers: 2 })).toBe(version({}));
    expect(version({ layers: 1 })).not.toBe(version({}));
    expect(version({ model: "composite/moa/openai/gpt-5-mini" })).not.toBe(version({}));
    expect(version({ stages: { propose: { grace_ms: 1 } } })).not.toBe(version({}));
  });

  test("is the last call alone when the request brings tool results", () => {
    const call = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
    const asked = [
      { role: "user", content: "Hi" },
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: "call_1", content: "1" },
    ];
    expect(planOf({ messages: asked }).finalOnly).toBe(true);
    expect(planOf({ messages: [...asked, { role: "user", content: "And now?" }] }).finalOnly).toBe(false);
  });

  test("draws everything by chance from its seed", () => {
    const nested = { model: "profile/nested" };
    expect(planOf(nested, 1).root).toEqual(planOf(nested, 1).root);
    expect(planOf(nested, 1).root.seed).toBe(1);
    expect(planOf(nested, 1).root.stages[0]?.slots[0]?.member.nested?.seed).not.toBe(
      planOf(nested, 2).root.stages[0]?.slots[0]?.member.nested?.seed,
    );
  });

  test("hands over what concerns the client's connection", () => {
    expect(planOf({})).toMatchObject({ restart: "error", onDisconnect: undefined });
    expect(planOf({ composite: { restart: "buffer", on_disconnect: "continue" } })).toMatchObject({
      restart: "buffer",
      onDisconnect: "continue",
    });
  });

  test("is simulated where the mock provider answers any of its calls", async () => {
    const mock = await loadTestSettings("version: 1\n", {
      MOCK_PROVIDER_URL: "http://127.0.0.1:8082",
      LOCAL_MODEL_URL: "http://127.0.0.1:11434/v1",
    });
    const simulated = (fields: object) =>
      mock.planner.plan(parseChatRequest({ model: "local/x", messages: [{ role: "user", content: "Hi" }], ...fields }), {
        caller: ANONYMOUS,
        traceId: "t",
        seed: 1,
        nowMs: 0,
        background: false,
      }).plan.simulated;
    expect(simulated({})).toBe(false);
    expect(simulated({ model: "openai/gpt-5" })).toBe(true);
    expect(simulated({ model: "moa/local/x", proposers: ["local/y", "openai/gpt-5"] })).toBe(true);
  });
});
