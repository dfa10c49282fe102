import { describe, expect, it } from "vitest";
import { linesOf, loadText, problemsOf, strategies } from "../fixtures/load-text.ts";

function withProfile(profile: string, more = ""): string {
  return `version: 1\n${more}profiles:\n  p: ${profile}\n`;
}

async function baseOf(profile: string, more = "") {
  return (await loadText(withProfile(profile, more))).profiles.get("p")?.base;
}

describe("profiles", () => {
  it("keep the options that they give, and no defaults", async () => {
    const { profiles } = await loadText(
      withProfile("{ strategy: council, description: Four, chairman_model: openai/gpt-5, locked: [chairman_model], usage: final }"),
    );
    expect(profiles.get("p")).toEqual({
      name: "p",
      description: "Four",
      strategy: "council",
      base: { model: "openai/gpt-5" },
      options: { chairman_model: "openai/gpt-5", usage: "final" },
      locked: ["chairman_model"],
    });
  });

  it("take as base model the one they name, else the final one, else the first member", async () => {
    expect(await baseOf("{ strategy: moa, model: openai/gpt-5, aggregator: openai/gpt-5-mini }")).toEqual({ model: "openai/gpt-5" });
    expect(await baseOf("{ strategy: moa, aggregator: openai/gpt-5-mini, proposers: [openai/a] }")).toEqual({ model: "openai/gpt-5-mini" });
    expect(await baseOf("{ strategy: moa, proposers: [{ model: gpt-5, provider: openai, count: 2 }, openai/b] }")).toEqual({
      model: "gpt-5",
      provider: "openai",
    });
    expect(await baseOf("{ strategy: moa, proposers: [composite/moa/openai/a, openai/b] }")).toEqual({ model: "openai/b" });
    expect(await baseOf("{ strategy: moa }", "defaults: { moa: { proposers: [openai/c] } }\n")).toEqual({ model: "openai/c" });
  });

  it("must have a base model", async () => {
    expect(await linesOf(withProfile("{ strategy: moa }"))).toEqual(["3:3 profiles.p.model is missing, and no option names a member"]);
    expect(await linesOf(withProfile("{ strategy: moa, model: composite/moa/openai/x }"))).toEqual([
      "3:30 profiles.p.model must be a plain model, not a composite",
    ]);
  });

  it("may set policies of the strategy's stages only", async () => {
    const lines = await linesOf(
      withProfile("{ strategy: council, model: openai/gpt-5, council_models: [openai/gpt-5], stages: { reviw: {}, review: {} } }"),
    );
    expect(lines).toEqual(["3:90 profiles.p.stages.reviw is no stage of the strategy council; did you mean review?"]);
    expect(await linesOf(withProfile("{ strategy: moa, model: openai/gpt-5, stages: { propos: { min_success: 1 } } }"))).toEqual([
      "3:54 profiles.p.stages.propos is no stage of the strategy moa; did you mean propose?",
    ]);
  });

  it.each([
    ["model: nope/x", "names no model"],
    ["model: openai/gpt-5, proposers: []", "must fill 1 to 8 slots"],
    ["model: openai/gpt-5, proposers: [{ model: openai/gpt-5, count: 9 }]", "must fill 1 to 8 slots"],
    ["model: openai/gpt-5, proposers: [{ model: openai/x, provider: nope }]", "names no model"],
    ["model: openai/gpt-5, proposers: [composite/mao/openai/x]", "names no model that there is: There is no strategy"],
    ["model: openai/gpt-5, total_deadline_ms: 0", "must be at least 1"],
    ["model: openai/gpt-5, max_cost_usd: -1", "must be more than 0"],
    ["model: openai/gpt-5, restart: never", "must be one of error, buffer"],
    ["model: openai/gpt-5, locked: [proposer]", "did you mean proposers?"],
    ["model: openai/gpt-5, description: 5", "must be a text"],
  ])("say what is wrong with %s", async (entry, expected) => {
    const [problem] = await problemsOf(withProfile(`{ strategy: moa, ${entry} }`));
    expect(problem?.line).toBe(3);
    expect(problem?.path).toMatch(/^profiles\.p\./);
    expect(problem?.message).toContain(expected);
  });

  it("of members whose provider has no key are kept, with a warning", async () => {
    const text = withProfile("{ strategy: moa, model: openai/gpt-5, proposers: [anthropic/claude-haiku-4-5, openai/gpt-5] }");
    const { profiles, warnings } = await loadText(text, { OPENAI_API_KEY: "k" });
    expect(profiles.size).toBe(1);
    expect(warnings).toEqual(["profiles.p.proposers[0]: The provider anthropic is not offered: set ANTHROPIC_API_KEY."]);
  });

  it("may use the file's own strategies", async () => {
    const { profiles, strategyModules, strategyNames } = await loadText(
      withProfile("{ strategy: mine, model: openai/gpt-5 }", "strategies: { mine: ./strategies/mine.ts }\n"),
      { MOCK_PROVIDER_URL: "http://127.0.0.1:1", COMPOSITE_CONFIG: "/etc/composite/composite.yaml" },
    );
    expect(profiles.get("p")?.strategy).toBe("mine");
    expect(strategyModules.get("mine")).toBe("/etc/composite/strategies/mine.ts");
    expect([...strategyNames]).toContain("mine");
  });

  it("are left alone in a process that knows no strategies", async () => {
    const configuration = await loadText(withProfile("{ strategy: whatever, wrong: 1 }"), undefined, { strategies: null });
    expect(configuration.profiles.size).toBe(0);
  });
});

describe("own strategies", () => {
  it("that cannot be served are problems of the file", async () => {
    const load = () =>
      Promise.reject(Object.assign(new Error("x"), { problems: [{ name: "mine", path: "/x", message: "there is no file /x." }] }));
    const lines = await linesOf("version: 1\nstrategies: { mine: ./x }\n", undefined, { strategies: { ...strategies, load } });
    expect(lines).toEqual(["2:21 strategies.mine cannot be served: there is no file /x."]);
  });

  it("that fail in another way are faults, not problems", async () => {
    const load = () => Promise.reject(new TypeError("a bug"));
    await expect(loadText("version: 1\nstrategies: { mine: ./x }\n", undefined, { strategies: { ...strategies, load } })).rejects.toThrow(
      "a bug",
    );
  });
});

describe("defaults", () => {
  it("are kept by strategy", async () => {
    const { defaults } = await loadText(
      "version: 1\ndefaults: { member_max_tokens: 100, moa: { proposers: [openai/a], stages: { propose: { min_success: 1 } } } }\n",
    );
    expect(defaults.memberMaxTokens).toBe(100);
    expect(defaults.strategies.get("moa")).toEqual({ proposers: ["openai/a"], stages: { propose: { min_success: 1 } } });
  });

  it("must be mappings whose members exist", async () => {
    expect(await linesOf("version: 1\ndefaults:\n  moa: 5\n  council: { council_models: [nope/x] }\n")).toEqual([
      "3:8 defaults.moa must be a mapping",
      '4:31 defaults.council.council_models[0] names no model that there is: There is no provider "nope".',
    ]);
  });
});

describe("aliases and fallbacks", () => {
  it("lead to plain models that exist", async () => {
    const text = `version: 1
models:
  aliases: { a: openai/x, b: a, c: composite/moa/openai/x, d: gpt-4o }
  fallbacks: { openai/gpt-5: [nope/gpt-5, azure-openai/gpt-5], nope/gpt-5: [openai/gpt-5] }
`;
    expect(await linesOf(text)).toEqual([
      expect.stringContaining("3:30 models.aliases.b names no model that there is: It is not known whose model"),
      "3:36 models.aliases.c must be a plain model, not a composite",
      expect.stringContaining("4:31 models.fallbacks.openai/gpt-5[0] names no model that there is"),
      expect.stringContaining("models.fallbacks.nope/gpt-5 names no model that there is"),
    ]);
  });
});
