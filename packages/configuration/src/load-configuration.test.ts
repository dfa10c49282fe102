import { describe, expect, it } from "vitest";
import { ConfigurationError } from "./configuration-problem.ts";
import { linesOf, loadText, MOCK_URL, problemsOf, strategies } from "./fixtures/load-text.ts";
import { webhookSecretsOf } from "./webhook-secrets-of.ts";

const mock = { MOCK_PROVIDER_URL: MOCK_URL };

describe("loadConfiguration", () => {
  it("fills in every default when there is no file", async () => {
    const configuration = await loadText("not read", { ...mock, COMPOSITE_CONFIG: undefined });
    expect(configuration).toMatchObject({
      mode: "mock",
      server: { bodyLimitBytes: 10_485_760, corsOrigins: [] },
      apiKeys: [],
      operatorKey: null,
      defaults: { memberMaxTokens: 8_192, totalDeadlineMs: 280_000 },
      results: { ttlMs: 86_400_000 },
      capture: { content: false, redact: [], retentionMs: 604_800_000 },
      telemetry: { otlpUrl: "http://127.0.0.1:4318", jaegerUi: "http://127.0.0.1:16686", sampleRatio: 1 },
      notActive: [],
      warnings: [],
    });
    expect([...configuration.strategyNames]).toEqual(["single", "moa", "council"]);
  });

  it("takes an empty file as no file", async () => {
    expect(await loadText("")).toEqual(await loadText("", { ...mock, COMPOSITE_CONFIG: undefined }));
  });

  it("takes a key with nothing behind it as missing", async () => {
    expect((await loadText("version: 1\nproviders:\nprofiles:\n")).profiles.size).toBe(0);
  });

  it("says that the file cannot be read", async () => {
    const readFile = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOENT" }));
    const [problem] = await problemsOf("", { ...mock, COMPOSITE_CONFIG: "/nowhere/composite.yaml" }, { readFile });
    expect(problem).toMatchObject({
      path: "COMPOSITE_CONFIG",
      message: "names the file /nowhere/composite.yaml, which cannot be read (ENOENT)",
    });
  });

  it.each([
    ["server: {}\n", "1:1 version must be 1, the only version of this format"],
    ["version: 2\n", "1:10 version must be 1, the only version of this format"],
    ["version: one\n", "1:10 version must be 1, the only version of this format"],
  ])("wants the version that it knows (%j)", async (text, line) => {
    expect(await linesOf(text)).toEqual([line]);
  });

  it("reads limits, prices, capabilities and keys under their own names", async () => {
    const configuration = await loadText(`
version: 1
server: { body_limit: 1MiB, cors: { origins: ["https://app.example.org", "*"] } }
api_keys: [{ name: team-a, key: one-of-our-keys, models: ["composite/*"], weight: 2 }]
models:
  prices: { azure/gpt-5: { input: 1.25, output: 10, cached_input: 0.125 } }
  capabilities: { openai/gpt-5: { temperature: false, max_tokens_param: max_completion_tokens } }
providers:
  cheap: { extends: openai, limits: { concurrent: 20, requests_per_minute: 600, adaptive: false }, timeouts: { idle_ms: 5000 } }
`);
    expect(configuration.server).toEqual({ bodyLimitBytes: 1_048_576, corsOrigins: ["https://app.example.org", "*"] });
    expect(configuration.apiKeys).toMatchObject([{ name: "team-a", models: ["composite/*"], weight: 2 }]);
    expect(configuration.apiKeys[0]?.key.reveal()).toBe("one-of-our-keys");
    expect(configuration.models.prices).toEqual({ "azure/gpt-5": { input: 1.25, output: 10, cached_input: 0.125 } });
    expect(configuration.models.capabilities).toEqual({
      "openai/gpt-5": { temperature: false, max_tokens_param: "max_completion_tokens" },
    });
    expect(configuration.providers.get("cheap")).toMatchObject({
      limits: { concurrent: 20, requestsPerMinute: 600, tokensPerMinute: null, adaptive: false },
      timeouts: { firstTokenMs: 120_000, idleMs: 5_000 },
    });
  });

  it("leaves the signing secrets to the only key, or to the keys that name them", async () => {
    const secretsOf = async (keys: string, env: Record<string, string> = {}) => {
      const text = `version: 1\nwebhooks: { secrets: { billing: c2lnbmluZw, audit: c2lnbmluZw } }\napi_keys: [${keys}]\n`;
      const configuration = await loadText(text, { ...mock, ...env });
      return ["anonymous", "a", "b", "api-key-1"].map((caller) => [...webhookSecretsOf(caller, configuration).keys()].join());
    };
    const all = "billing,audit";
    expect(await secretsOf("")).toEqual([all, all, all, all]);
    expect(await secretsOf("{ name: a, key: ka }")).toEqual(["", all, "", ""]);
    expect(await secretsOf("", { API_KEYS: "k1" })).toEqual(["", "", "", all]);
    expect(await secretsOf("{ name: a, key: ka, webhook_secrets: [] }")).toEqual(["", "", "", ""]);
    expect(await secretsOf("{ name: a, key: ka, webhook_secrets: [audit] }, { name: b, key: kb }", { API_KEYS: "k1" })).toEqual([
      "",
      "audit",
      "",
      "",
    ]);
  });

  it("refuses a signing secret of a key that is not there", async () => {
    const text = "version: 1\napi_keys:\n  - { name: a, key: ka, webhook_secrets: [constructor] }\n";
    expect(await linesOf(text, mock)).toEqual(["3:43 api_keys[0].webhook_secrets[0] names no secret in webhooks.secrets"]);
  });

  it("joins the keys of API_KEYS to those of the file", async () => {
    const text = "version: 1\napi_keys: [{ name: team-a, key: first-key }]\n";
    const { apiKeys, operatorKey } = await loadText(text, { ...mock, API_KEYS: "second-key, third-key", OPERATOR_KEY: "operators" });
    expect(apiKeys.map(({ name, key }) => [name, key.reveal()])).toEqual([
      ["team-a", "first-key"],
      ["api-key-1", "second-key"],
      ["api-key-2", "third-key"],
    ]);
    expect(operatorKey?.reveal()).toBe("operators");
  });

  it("refuses two callers with one name or one key", async () => {
    const text = "version: 1\napi_keys:\n  - { name: a, key: some-key }\n  - { name: a, key: some-key }\n";
    expect(await linesOf(text, { ...mock, API_KEYS: "some-key" })).toEqual([
      "API_KEYS is an earlier key again: a key must say who calls",
      "4:13 api_keys[1].name is the name of an earlier key too: a caller must be one",
      "4:21 api_keys[1].key is an earlier key again: a key must say who calls",
    ]);
  });

  it("turns what a variable brings into a number or a truth value where one is wanted", async () => {
    const text = `
version: 1
capture: { content: "\${CAPTURE}" }
telemetry:
  sample_ratio: \${RATIO:-0.25}
providers: { cheap: { extends: openai, limits: { concurrent: "\${LIMIT}" }, params: { note: "\${LIMIT}" } } }
profiles: { p: { strategy: moa, model: openai/gpt-5, layers: "\${LAYERS}", proposers: [{ model: openai/gpt-5, count: "\${LAYERS}" }] } }
`;
    const configuration = await loadText(text, { ...mock, CAPTURE: "true", LIMIT: "12", LAYERS: "2" });
    expect(configuration.capture.content).toBe(true);
    expect(configuration.telemetry.sampleRatio).toBe(0.25);
    expect(configuration.providers.get("cheap")).toMatchObject({ limits: { concurrent: 12 }, params: { note: "12" } });
    expect(configuration.profiles.get("p")?.options).toEqual({ layers: 2, proposers: [{ model: "openai/gpt-5", count: 2 }] });
  });

  it("reports every problem at once, in the order of the file, with the nearest known name", async () => {
    const text = `version: 1
servr: {}
server: { body_limit: 10 }
providers:
  opanai: {}
  u: { preset: ollama, limits: { concurrent: 1.5, requests_per_minute: 0, tokens_per_minute: 1e12, concurent: 1 } }
  w: { preset: opnai }
models: { aliases: { fast: nope/x } }
defaults: { memer_max_tokens: 1, moa: { proposrs: [haiku], layers: 99 } }
profiles:
  p: { strategy: concil }
  q: { strategy: council, council_models: [nope/x], rubrick: x }
  r: { strategy: council, council_models: [openai/gpt-5, nope/x], locked: [rubrik] }
results: { ttl: 24 }
telemetry: { sample_ratio: "\${RATIO:-2}" }
`;
    expect(await linesOf(text)).toEqual([
      "2:1 servr is not known; did you mean server?",
      "3:23 server.body_limit must be a size with its unit, such as 512KiB or 10MiB",
      expect.stringMatching(/^5:3 providers\.opanai\.preset is missing \(is opanai meant to be openai\?\): there are openai, /),
      "6:46 providers.u.limits.concurrent must be a whole number without a unit or separators, such as 20",
      "6:72 providers.u.limits.requests_per_minute must be at least 1; leave it out where there is no such limit",
      "6:94 providers.u.limits.tokens_per_minute must be at most 1000000000; leave it out where there is no such limit",
      "6:100 providers.u.limits.concurent is not known; did you mean concurrent?",
      expect.stringMatching(/^7:16 providers\.w\.preset must be one of openai, .*; did you mean openai\?$/),
      '8:28 models.aliases.fast names no model that there is: There is no provider "nope".',
      "9:13 defaults.memer_max_tokens is neither a default nor a strategy; did you mean member_max_tokens?",
      "9:41 defaults.moa.proposrs is no option of the strategy moa; did you mean proposers?",
      "9:68 defaults.moa.layers must be at most 4",
      "11:18 profiles.p.strategy names no strategy; did you mean council?",
      "12:53 profiles.q.rubrick is no option of the strategy council; did you mean rubric?",
      '13:58 profiles.r.council_models[1] names no model that there is: There is no provider "nope".',
      "13:76 profiles.r.locked[0] is no option of the strategy council; did you mean rubric?",
      "14:17 results.ttl must be a duration with its unit, such as 500ms, 30s, 10m, 24h or 7d",
      "15:28 telemetry.sample_ratio must be at most 1",
    ]);
  });

  it("says of a strategy that cannot be served only that, and nothing wrong about the others", async () => {
    const text = `version: 1
strategies: { good: ./good.ts, bad: ./bad.ts }
defaults: { bad: { layers: 2 } }
profiles:
  p: { strategy: good, model: openai/gpt-5, proposers: [composite/bad/openai/gpt-5] }
  q: { strategy: bad, model: openai/gpt-5 }
  r: { strategy: bed, model: openai/gpt-5, proposers: [composite/good/openai/gpt-5] }
`;
    const load: typeof strategies.load = (paths) => {
      const problems = Object.keys(paths).includes("bad") ? [{ name: "bad", message: "there is no file bad.ts." }] : [];
      return problems.length > 0 ? Promise.reject(Object.assign(new Error("cannot"), { problems })) : strategies.load(paths);
    };
    expect(await linesOf(text, mock, { strategies: { ...strategies, load } })).toEqual([
      "2:37 strategies.bad cannot be served: there is no file bad.ts.",
      "7:18 profiles.r.strategy names no strategy; there are single, moa, council, good",
    ]);
  });

  it("prints one problem as one sentence and several as a list, with the file's name", () => {
    const problem = { path: "server.x", line: 3, column: 5, message: "is not known" };
    expect(new ConfigurationError("composite.yaml", [problem]).message).toBe(
      "The configuration cannot be used: composite.yaml:3:5 server.x is not known",
    );
    expect(
      new ConfigurationError("composite.yaml", [problem, { path: "API_KEYS", line: null, column: null, message: "is odd" }]).message,
    ).toBe("The configuration cannot be used, it has 2 problems:\n  composite.yaml:3:5 server.x is not known\n  API_KEYS is odd");
  });

  it("never shows a value that could be secret", async () => {
    const env = { ...mock, SECRET: "hidden-in-a-variable", MODEL: "hidden-in-a-name/x", API_KEYS: "hidden-in-a-list", MOCK: "x" };
    const text = `
version: 1
api_keys: [{ name: "\${SECRET}", key: hidden-in-the-file, models: hidden-in-the-file }]
providers:
  openai: { preset: "\${SECRET}", base_url: "\${SECRET}", keys: [{ key: "\${SECRET}", weight: "\${SECRET}" }] }
  mine: { preset: ollama, base_url: hidden-in-the-file, keys: [{ key: hidden-in-the-file, wight: 1 }] }
models: { aliases: { a: "\${MODEL}" } }
profiles: { p: { strategy: "\${SECRET}" }, q: { strategy: moa, model: "\${MODEL}", proposers: ["\${MODEL}"] } }
webhooks: { secrets: { billing: 5 } }
telemetry: { otlp_url: "\${SECRET}" }
`;
    const lines = await linesOf(text, env);
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.join("\n")).not.toMatch(/hidden-in/);
    expect(await loadText("version: 1\n", env).then((configuration) => JSON.stringify(configuration))).not.toMatch(/hidden-in/);
  });

  it("lists what the file uses and nothing obeys yet", async () => {
    const text = `
version: 1
tools: { allow: [] }
models: { aliases: { a: openai/gpt-5 } }
providers: { cheap: { extends: openai, limits: { concurrent: 5, tokens_per_minute: 100 } } }
profiles: { p: { strategy: moa, model: openai/gpt-5, max_cost_usd: 0.1 } }
`;
    expect((await loadText(text)).notActive).toEqual(["profiles.p.max_cost_usd", "tools"]);
  });
});
