import { PROVIDER_PRESETS } from "@composite-llm/pricing";
import { describe, expect, it } from "vitest";
import { linesOf, loadText, MOCK_URL } from "../fixtures/load-text.ts";

const mock = { MOCK_PROVIDER_URL: MOCK_URL };
const vendors = Object.values(PROVIDER_PRESETS).filter(({ keyVariable }) => keyVariable !== null);

describe("mock mode", () => {
  it("is on without any key, and serves every vendor in its own wire format", async () => {
    const { mode, providers, unofferedProviders } = await loadText("", { MOCK_PROVIDER_URL: `${MOCK_URL}/` });
    expect(mode).toBe("mock");
    expect([...providers.keys()]).toEqual(vendors.map(({ name }) => name));
    expect(unofferedProviders.size).toBe(0);
    for (const { simulated, keys, auth, wire, baseUrl, query } of providers.values()) {
      expect(simulated).toBe(true);
      expect(keys.map(({ name, key }) => [name, key.reveal()])).toEqual([["mock", "simulated-provider-key"]]);
      expect(baseUrl).toBe(wire === "anthropic" ? `${MOCK_URL}/anthropic` : `${MOCK_URL}/openai/v1`);
      expect(query).toEqual({});
      expect(["bearer", "x-api-key", "api-key-header"]).toContain(auth);
    }
  });

  it("serves the file's providers that are based on a vendor, bundles too, with their own settings", async () => {
    const { providers } = await loadText(`
version: 1
providers:
  azure: { preset: azure-openai, base_url: "\${AZURE_URL}", keys: [{ name: main, key: "\${AZURE_KEY}" }] }
  openai: { preset: openai, keys: [{ name: main, key: "\${OPENAI_API_KEY}" }] }
  proxy: { preset: openai, base_url: "http://127.0.0.1:4000/v1" }
  cheap: { extends: openai, params: { service_tier: flex } }
  claude-batch: { extends: anthropic, params: { service_tier: auto } }
`);
    for (const name of ["azure", "openai", "proxy", "cheap"]) {
      expect(providers.get(name)).toMatchObject({ simulated: true, wire: "openai", baseUrl: `${MOCK_URL}/openai/v1` });
    }
    expect(providers.get("cheap")?.params).toEqual({ service_tier: "flex" });
    expect(providers.get("claude-batch")).toMatchObject({ simulated: true, preset: "anthropic", baseUrl: `${MOCK_URL}/anthropic` });
  });

  it("leaves servers real that need no key, and the detected local one", async () => {
    const text = "version: 1\nproviders:\n  house: { preset: openai-compatible, base_url: http://10.0.0.5:8000/v1 }\n  ollama: {}\n";
    const { mode, providers } = await loadText(text, { ...mock, LOCAL_MODEL_URL: "http://127.0.0.1:11434" });
    expect(mode).toBe("mock");
    expect(providers.get("house")).toMatchObject({ simulated: false, baseUrl: "http://10.0.0.5:8000/v1", keys: [] });
    expect(providers.get("ollama")).toMatchObject({ simulated: false, baseUrl: "http://127.0.0.1:11434/v1" });
    expect(providers.get("local")).toMatchObject({ simulated: false, preset: "openai-compatible", baseUrl: "http://127.0.0.1:11434/v1" });
  });
});

describe("real mode", () => {
  it("begins with any vendor's key and offers only what can be called", async () => {
    const { mode, providers, unofferedProviders } = await loadText("", { ...mock, OPENAI_API_KEY: "sk-one" });
    expect(mode).toBe("real");
    expect([...providers.keys()]).toEqual(["openai"]);
    expect(providers.get("openai")).toMatchObject({
      simulated: false,
      baseUrl: "https://api.openai.com/v1",
      wire: "openai",
      auth: "bearer",
    });
    expect(providers.get("openai")?.keys.map(({ key }) => key.reveal())).toEqual(["sk-one"]);
    expect(unofferedProviders.get("anthropic")).toBe("set ANTHROPIC_API_KEY");
  });

  it("begins with a key that only the file names", async () => {
    const text =
      'version: 1\nproviders:\n  mine: { preset: groq, keys: [{ key: "${MY_KEY}" }, { name: spare, key: "${SPARE}", weight: 2 }] }\n';
    const { mode, providers } = await loadText(text, { ...mock, MY_KEY: "one" });
    expect(mode).toBe("real");
    expect([...providers.keys()]).toEqual(["mine"]);
    expect(providers.get("mine")?.keys).toMatchObject([{ name: "default", weight: 1 }]);
  });

  it("does not offer a provider of the file that has no key, nor what extends it", async () => {
    const text = 'version: 1\nproviders:\n  a: { preset: openai, keys: [{ key: "${A}" }] }\n  b: { extends: a }\n  anthropic: {}\n';
    const { providers, unofferedProviders } = await loadText(text, { MISTRAL_API_KEY: "m" });
    expect([...providers.keys()]).toEqual(["mistral"]);
    expect(unofferedProviders.get("a")).toBe("give it a key in the configuration");
    expect(unofferedProviders.get("b")).toBe("give it a key in the configuration");
    expect(unofferedProviders.get("anthropic")).toBe("set ANTHROPIC_API_KEY");
  });

  it("is on without keys where a server needs none", async () => {
    const { mode, providers } = await loadText("", { LOCAL_MODEL_URL: "http://127.0.0.1:8080/v1/" });
    expect(mode).toBe("real");
    expect([...providers.values()]).toMatchObject([{ name: "local", baseUrl: "http://127.0.0.1:8080/v1" }]);
  });

  it("lets the file's provider local go before the detected one", async () => {
    const text = "version: 1\nproviders: { local: { preset: ollama } }\n";
    const { providers } = await loadText(text, { LOCAL_MODEL_URL: "http://127.0.0.1:1/v1" });
    expect(providers.get("local")).toMatchObject({ preset: "ollama", baseUrl: "http://127.0.0.1:11434/v1" });
  });

  it("takes Azure's address from the environment, and asks for it when only the key is there", async () => {
    const env = { AZURE_OPENAI_API_KEY: "k", AZURE_OPENAI_BASE_URL: "https://r.openai.azure.com/openai/v1" };
    expect((await loadText("", env)).providers.get("azure-openai")).toMatchObject({
      baseUrl: env.AZURE_OPENAI_BASE_URL,
      auth: "api-key-header",
    });
    expect(await linesOf("", { AZURE_OPENAI_API_KEY: "k" })).toEqual([
      "AZURE_OPENAI_BASE_URL must be the provider's URL, because AZURE_OPENAI_API_KEY is set",
    ]);
    const text = 'version: 1\nproviders: { azure: { preset: azure-openai, base_url: "${AZURE_URL}", keys: [{ key: k }] } }\n';
    expect(await linesOf(text, {})).toEqual(["2:55 providers.azure.base_url is missing: only you know the address of this provider"]);
  });

  it("says what to set when no model can be called", async () => {
    expect(await linesOf("", {})).toEqual([
      " No model can be called: set a provider's key such as OPENAI_API_KEY, LOCAL_MODEL_URL for a model server of your own, or MOCK_PROVIDER_URL for simulated answers.",
    ]);
  });

  it("takes a variable that is set to nothing as unset", async () => {
    expect((await loadText("", { ...mock, OPENAI_API_KEY: "", ANTHROPIC_API_KEY: " ", LOCAL_MODEL_URL: "" })).mode).toBe("mock");
  });
});

describe("a provider that extends another", () => {
  it("has its vendor, address and keys, and puts its own parameters and limits over them", async () => {
    const { providers } = await loadText(
      `
version: 1
providers:
  openai: { base_url: "https://eu.api.openai.com/v1", keys: [{ key: "\${K}" }], params: { a: 1, b: 1 }, limits: { concurrent: 9 }, query: { v: "1" } }
  cheap: { extends: openai, params: { b: 2 }, limits: { tokens_per_minute: 100 } }
  cheaper: { extends: cheap, keys: [{ key: other }] }
`,
      { K: "sk" },
    );
    expect(providers.get("cheap")).toMatchObject({
      preset: "openai",
      baseUrl: "https://eu.api.openai.com/v1",
      params: { a: 1, b: 2 },
      limits: { concurrent: 9, tokensPerMinute: 100 },
      query: { v: "1" },
    });
    expect(providers.get("cheap")?.keys.map(({ key }) => key.reveal())).toEqual(["sk"]);
    expect(providers.get("cheaper")?.keys.map(({ key }) => key.reveal())).toEqual(["other"]);
  });

  it("must not lead back to itself or nowhere", async () => {
    const text =
      "version: 1\nproviders:\n  a: { extends: b }\n  b: { extends: a }\n  c: { extends: opnai }\n  d: { extends: d }\n  e: { extends: c }\n";
    expect(await linesOf(text)).toEqual([
      "4:17 providers.b.extends leads back to itself",
      "5:17 providers.c.extends names no provider; did you mean openai?",
      "6:17 providers.d.extends leads back to itself",
    ]);
  });
});

it("refuses provider names that mean something else in model names", async () => {
  const text = "version: 1\nproviders:\n  moa: { preset: ollama }\n  profile: { preset: ollama }\n  composite: { preset: ollama }\n";
  expect((await linesOf(text)).map((line) => line.slice(0, 30))).toEqual([
    "3:3 providers.moa has a name t",
    "4:3 providers.profile has a na",
    "5:3 providers.composite has a ",
  ]);
});

it.each(["MOCK_PROVIDER_URL", "LOCAL_MODEL_URL"])("names %s when it is no address", async (variable) => {
  expect(await linesOf("", { OPENAI_API_KEY: "k", [variable]: "127.0.0.1:8082" })).toEqual([
    `${variable} must be a URL that begins with http:// or https://`,
  ]);
});
