import { describe, expect, it } from "vitest";
import { linesOf, loadText, MOCK_URL } from "../fixtures/load-text.ts";
import { toLimitSettings } from "./to-limit-settings.ts";

const NONE = {
  concurrent: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  inputTokensPerMinute: null,
  outputTokensPerMinute: null,
  requestsPerDay: null,
  tokensPerDay: null,
};

async function settingsOf(provider: string, text: string, env: Record<string, string> = { MOCK_PROVIDER_URL: MOCK_URL }) {
  const resolved = (await loadText(text, env)).providers.get(provider);
  if (resolved === undefined) throw new Error(`there is no provider ${provider}`);
  return { settings: toLimitSettings(resolved), resolved };
}

const ALL = `
version: 1
providers:
  openai:
    keys:
      - { name: main, key: "\${A}", weight: 3, limits: { requests_per_minute: 5, concurrent: 2 } }
      - { name: spare, key: "\${B}" }
    limits:
      concurrent: 1
      requests_per_minute: 2
      tokens_per_minute: 3
      input_tokens_per_minute: 4
      output_tokens_per_minute: 5
      requests_per_day: 6
      tokens_per_day: 100000000000
      adaptive: false
      models: { "*": { concurrent: 9 }, "gpt-5*": { tokens_per_minute: 7 }, "gpt-5-mini": { requests_per_day: 8 }, "*-mini-*": {} }
`;

describe("limits of a provider", () => {
  it("are read under their own names, of the provider, of its keys and of its models", async () => {
    const { settings } = await settingsOf("openai", ALL, { A: "one", B: "two" });
    expect(settings).toEqual({
      adaptive: false,
      tokensCounted: "requested",
      limits: {
        concurrent: 1,
        requestsPerMinute: 2,
        tokensPerMinute: 3,
        inputTokensPerMinute: 4,
        outputTokensPerMinute: 5,
        requestsPerDay: 6,
        tokensPerDay: 100_000_000_000,
      },
      models: [
        { pattern: "gpt-5-mini", limits: { ...NONE, requestsPerDay: 8 } },
        { pattern: "*-mini-*", limits: NONE },
        { pattern: "gpt-5*", limits: { ...NONE, tokensPerMinute: 7 } },
        { pattern: "*", limits: { ...NONE, concurrent: 9 } },
      ],
      keys: [
        { name: "main", weight: 3, limits: { ...NONE, requestsPerMinute: 5, concurrent: 2 } },
        { name: "spare", weight: 1, limits: NONE },
      ],
    });
  });

  it("are the same in mock mode, with as many keys, each of its own value", async () => {
    const { settings, resolved } = await settingsOf("openai", ALL);
    expect(settings).toEqual((await settingsOf("openai", ALL, { A: "one", B: "two" })).settings);
    expect(resolved.keys.map(({ key }) => key.reveal())).toEqual(["simulated-provider-key-main", "simulated-provider-key-spare"]);
  });

  it("name one key without limits where the server needs none", async () => {
    const { settings } = await settingsOf("house", "version: 1\nproviders: { house: { preset: ollama } }\n");
    expect(settings.keys).toEqual([{ name: "none", weight: 1, limits: NONE }]);
    expect(settings).toMatchObject({ adaptive: true, limits: NONE, models: [] });
  });

  it("are inherited one by one, those of models by pattern", async () => {
    const { settings } = await settingsOf(
      "cheap",
      'version: 1\nproviders:\n  openai: { limits: { concurrent: 9, models: { a: { concurrent: 1 }, b: { concurrent: 2 } } } }\n  cheap: { extends: openai, limits: { tokens_per_day: 5, models: { "b": { concurrent: 3 } } } }\n',
    );
    expect(settings.limits).toEqual({ ...NONE, concurrent: 9, tokensPerDay: 5 });
    expect(settings.models.map(({ pattern, limits }) => [pattern, limits.concurrent])).toEqual([
      ["a", 1],
      ["b", 3],
    ]);
  });

  it("count tokens as the vendor does, also in mock mode, unless the file says otherwise", async () => {
    const text =
      "version: 1\nproviders:\n  mine: { preset: openai, limits: { tokens_counted: used } }\n  claude: { preset: anthropic }\n  house: { preset: vllm, limits: { tokens_counted: requested } }\n";
    const { providers } = await loadText(text);
    const counted = (name: string) => providers.get(name)?.limits.tokensCounted;
    expect(["openai", "azure-openai", "cerebras", "anthropic", "groq", "mine", "claude", "house"].map(counted)).toEqual([
      "requested",
      "requested",
      "requested",
      "used",
      "used",
      "used",
      "used",
      "requested",
    ]);
  });
});

describe("limits that cannot be", () => {
  const fields = [
    ["concurrent", 20],
    ["requests_per_minute", 600],
    ["tokens_per_minute", 200_000],
    ["input_tokens_per_minute", 200_000],
    ["output_tokens_per_minute", 40_000],
    ["requests_per_day", 10_000],
    ["tokens_per_day", 5_000_000],
  ] as const;
  const places = [
    ["limits", (limits: string) => `    limits: { ${limits} }\n`],
    ["keys[0].limits", (limits: string) => `    keys: [{ key: k, limits: { ${limits} } }]\n`],
    ["limits.models.gpt-5*", (limits: string) => `    limits: { models: { "gpt-5*": { ${limits} } } }\n`],
  ] as const;

  describe.each(places)("%s", (path, write) => {
    it.each(fields)("%s", async (field, example) => {
      const problemOf = async (value: string) =>
        await linesOf(`version: 1\nproviders:\n  openai:\n${write(`${field}: ${value}`)}`, { MOCK_PROVIDER_URL: MOCK_URL, V: "x" });
      const at = `4:${write(`${field}: ?`).indexOf("?") + 1} providers.openai.${path}.${field}`;
      const isNoNumber = [`${at} must be a whole number without a unit or separators, such as ${example}`];
      const isTooFew = [`${at} must be at least 1; leave it out where there is no such limit`];
      const most = field === "tokens_per_day" ? 100_000_000_000 : 1_000_000_000;
      for (const value of ["0", "-1", "-0", "-1000000", "-1e300"]) expect(await problemOf(value), value).toEqual(isTooFew);
      for (const value of ["1e12", "1000000000000", "1e300", String(most + 1)]) {
        expect(await problemOf(value), value).toEqual([`${at} must be at most ${most}; leave it out where there is no such limit`]);
      }
      for (const value of [
        "1.5",
        "0.001",
        ".nan",
        ".inf",
        "200k",
        "600/min",
        '"600"',
        "600 rpm",
        "1_000",
        '"1,000"',
        "true",
        "[1]",
        "{}",
        '"${V}"',
        "null",
      ]) {
        expect(await problemOf(value), value).toEqual(isNoNumber);
      }
    });
  });

  it("are told of a variable that brings none", async () => {
    const text = 'version: 1\nproviders: { openai: { limits: { concurrent: "${N}", requests_per_day: "${M}" } } }\n';
    expect(await linesOf(text, { MOCK_PROVIDER_URL: MOCK_URL, N: "200k", M: "0" })).toEqual([
      "2:46 providers.openai.limits.concurrent must be a whole number without a unit or separators, such as 20",
      "2:72 providers.openai.limits.requests_per_day must be at least 1; leave it out where there is no such limit",
    ]);
    expect((await settingsOf("openai", text, { MOCK_PROVIDER_URL: MOCK_URL, N: "20", M: "1e3" })).settings.limits).toEqual({
      ...NONE,
      concurrent: 20,
      requestsPerDay: 1000,
    });
  });

  it("are refused under names that there are not", async () => {
    const text =
      'version: 1\nproviders:\n  openai: { keys: [{ key: k, limits: { adaptive: true } }], limits: { request_per_minute: 1, tokens_counted: all, models: { "gpt 5": {}, a: { rpm: 1 } } } }\n';
    expect(await linesOf(text, {})).toEqual([
      "3:40 providers.openai.keys[0].limits.adaptive is not known",
      "3:71 providers.openai.limits.request_per_minute is not known; did you mean requests_per_minute?",
      "3:110 providers.openai.limits.tokens_counted must be one of requested, used",
      "3:125 providers.openai.limits.models.gpt 5 must be a model's name without spaces, where * stands for any characters",
      "3:143 providers.openai.limits.models.a.rpm is not known",
    ]);
  });

  it("are refused of two keys with one name", async () => {
    const text =
      "version: 1\nproviders:\n  openai: { keys: [{ key: a }, { name: b, key: b }, { name: default, key: c }] }\n  other: { extends: openai }\n";
    expect(await linesOf(text, {})).toEqual([
      "3:61 providers.openai.keys[2].name is the name of an earlier key too: give each key its own",
    ]);
  });
});
