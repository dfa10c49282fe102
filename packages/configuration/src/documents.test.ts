import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { PROVIDER_PRESETS } from "@composite-llm/pricing";
import { builtInPlanners, commonOptions } from "@composite-llm/strategies/plan";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { loadText, MOCK_URL } from "./fixtures/load-text.ts";
import { toJsonSchema } from "./schema/to-json-schema.ts";
import { toKeyTable } from "./schema/to-key-table.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const document = read("docs/configuration.md");
const example = read("composite.example.yaml");
const schema = toJsonSchema({ builtIn: builtInPlanners, common: commonOptions });

/** Variables that code reads and that no operator sets: of the system, and those by which our own tests are run. */
const NOT_FOR_OPERATORS = new Set(["PATH", "VERIFY", "NO_COLOR", "TERM"]);

/** `textVariable("X", …)`, `valueOf(env, "X")`, `env["X"]`, and the variables of presets. */
function variablesInCode(): string[] {
  const files = ["apps/*/src/**/*.ts", "packages/*/src/**/*.ts", "scripts/**/*.ts"]
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((path) => !/node_modules|\.test\.ts$|\/(fixtures|testing)\//.test(path));
  const named = files.flatMap((path) =>
    [...read(path).matchAll(/(?:Variable\(\s*|valueOf\(env, |addressOf\(|[eE]nv\[)"([A-Z][A-Z0-9_]+)"/g)].map((match) => match[1] ?? ""),
  );
  const ofPresets = Object.values(PROVIDER_PRESETS).flatMap(({ keyVariable, baseUrlVariable }) => [keyVariable, baseUrlVariable]);
  const all = [...named, ...ofPresets].filter((name) => name !== null && !NOT_FOR_OPERATORS.has(name));
  return [...new Set(all)].map(String).toSorted();
}

function sorted(names: Iterable<string>): string[] {
  return [...new Set(names)].toSorted();
}

describe("docs/configuration.md", () => {
  it("names every variable that is read, and no other", () => {
    const rows = [...document.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map((match) => match[1] ?? "");
    expect(sorted([...rows, "AZURE_OPENAI_BASE_URL"])).toEqual(variablesInCode());
    expect(document).toContain("`AZURE_OPENAI_BASE_URL`");
  });

  it("lists every key of the file as the schema has it", () => {
    expect(document).toContain(`<!-- keys -->\n${toKeyTable()}<!-- /keys -->`);
  });

  it("lists every preset with its variable, wire format and address", () => {
    for (const { name, wire, baseUrl, keyVariable } of Object.values(PROVIDER_PRESETS)) {
      const row = document.split("\n").find((line) => line.includes(`| \`${name}\` | ${wire} |`));
      expect(row, name).toContain(keyVariable === null ? "| none |" : `| \`${keyVariable}\` |`);
      if (baseUrl !== null) expect(row).toContain(`\`${baseUrl}\``);
    }
  });

  it("lists everything that nothing obeys yet", async () => {
    const [, list = ""] = /Nothing obeys these yet;[^:]*: ([^]*)$/.exec(document) ?? [];
    const { notActive } = await loadText(
      `
version: 1
profiles: { q: { strategy: moa, model: openai/a, max_cost_usd: 1 } }
tools: {}
capture: {}
telemetry: {}
log_file: {}
`,
    );
    const general = notActive.map((path) => path.replace("profiles.q.", ""));
    expect(sorted([...list.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""))).toEqual(sorted(general));
  });
});

describe("sample.env", () => {
  it("lists every variable, with the ones that are usually left alone as comments", () => {
    const names = [...read("sample.env").matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1] ?? "");
    expect(names.toSorted()).toEqual(variablesInCode());
  });

  it("sets nothing when it is copied as it is", () => {
    expect(Object.values(parseEnv(read("sample.env"))).filter((value) => value !== "")).toEqual([]);
  });
});

describe("composite.example.yaml", () => {
  it("can be used as it is, without any key", async () => {
    const configuration = await loadText(example, { MOCK_PROVIDER_URL: MOCK_URL });
    expect(configuration.mode).toBe("mock");
    expect(configuration.profiles.get("research")?.base).toEqual({ model: "openai/gpt-5" });
    expect(configuration.warnings).toEqual([]);
  });

  it("can be used with a single key, and warns of what lacks one", async () => {
    const configuration = await loadText(example, { OPENAI_API_KEY: "k" });
    expect([...configuration.providers.keys()].toSorted()).toEqual(["house", "openai", "openai-cheap"]);
    expect(configuration.warnings.length).toBeGreaterThan(0);
  });

  it("can be used with everything in it that is commented out", async () => {
    const all = example.replaceAll(/^# ((?:api_keys|webhooks|strategies):.*|  - \{ name: .*)$/gm, "$1");
    const env = { MOCK_PROVIDER_URL: MOCK_URL, TEAM_A_KEY: "team-key", WEBHOOK_SECRET: "signing" };
    const configuration = await loadText(all, env);
    expect(configuration.apiKeys.map(({ name }) => name)).toEqual(["team-a"]);
    expect([...configuration.webhooks.secrets.keys()]).toEqual(["billing"]);
    expect([...configuration.strategyModules.keys()]).toEqual(["mine"]);
  });
});

describe("composite.schema.json", () => {
  const admits = (text: string): boolean => z.fromJSONSchema(schema).safeParse(parse(text)).success;

  it("is the one that the code generates", () => {
    expect(JSON.parse(read("composite.schema.json"))).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  it("admits the example", () => {
    expect(z.fromJSONSchema(schema).safeParse(parse(example)).error).toBeUndefined();
  });

  it.each([
    ["variables in place of numbers", 'version: 1\nproviders: { a: { preset: openai, limits: { concurrent: "${N}" } } }\n', true],
    ["an own strategy's profile", "version: 1\nprofiles: { p: { strategy: mine, whatever: 1 } }\n", true],
    ["strategies' own options", "version: 1\nprofiles: { p: { strategy: council, rubric: Short ones. } }\n", true],
    ["unknown keys", "version: 1\nservr: {}\n", false],
    ["unknown options", "version: 1\nprofiles: { p: { strategy: council, rubrik: x } }\n", false],
    ["unknown options in defaults", "version: 1\ndefaults: { moa: { proposrs: [a] } }\n", false],
    ["wrong values", "version: 1\nresults: { ttl: 24 }\n", false],
    ["a missing version", "server: {}\n", false],
  ])("judges %s", (_, text, expected) => {
    expect(admits(text)).toBe(expected);
  });
});
