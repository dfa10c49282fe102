import { dirname, resolve } from "node:path";
import { isRecord, Secret } from "@composite-llm/core";
import { checkNames } from "./check-names.ts";
import type { Configuration } from "./configuration.ts";
import { ConfigurationError, type ConfigurationProblem } from "./configuration-problem.ts";
import { type Environment, valueOf } from "./environment.ts";
import { createHider } from "./hide-secrets.ts";
import type { NameContext } from "./names/name-book.ts";
import { listNotActive } from "./not-active.ts";
import { resolveProfiles } from "./profiles/resolve-profiles.ts";
import { resolveProviders } from "./providers/resolve-providers.ts";
import { resolveApiKeys } from "./resolve-api-keys.ts";
import { checkFile } from "./schema/check-file.ts";
import type { ConfigurationFile } from "./schema/configuration-schema.ts";
import type { KnownStrategy, StrategySource } from "./strategy-registry.ts";
import { readYaml, type YamlFile } from "./yaml/read-yaml.ts";

export interface LoadOptions {
  /** COMPOSITE_CONFIG names the file; without it every default applies. */
  env: Environment;
  /** Reads a text file; rejects when it cannot. */
  readFile(path: string): Promise<string>;
  /** Null for a process that knows no strategies: their options in `defaults` and `profiles` are then left out. */
  strategies: StrategySource | null;
  matchCatalogModel: NameContext["matchCatalogModel"];
}

/** Names that mean something else in front of a model. */
const RESERVED = new Set(["composite", "profile"]);

function problemOf(path: string, message: string): ConfigurationProblem {
  return { path, line: null, column: null, message };
}

async function readFileOrExplain(path: string, { readFile }: LoadOptions): Promise<string> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new ConfigurationError(null, [problemOf("COMPOSITE_CONFIG", `names the file ${path}, which cannot be read${code}`)]);
  }
}

/** A key with nothing behind it says nothing. */
function withoutEmptyKeys(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null));
}

interface CollectedStrategies {
  strategies: Map<string, KnownStrategy>;
  /** Those of the file that cannot be served. What is said about them elsewhere in the file only follows from that. */
  unservable: Set<string>;
  problems: ConfigurationProblem[];
}

async function collectStrategies(
  source: StrategySource,
  modules: ReadonlyMap<string, string>,
  file: YamlFile,
): Promise<CollectedStrategies> {
  const strategies = new Map(Object.entries(source.builtIn));
  const unservable = new Set<string>();
  const problems: ConfigurationProblem[] = [];
  const load = async (): Promise<void> => {
    const servable = [...modules].filter(([name]) => !unservable.has(name));
    const loaded = servable.length === 0 ? [] : await source.load(Object.fromEntries(servable));
    for (const strategy of loaded) strategies.set(strategy.name, strategy);
  };
  try {
    await load();
  } catch (error) {
    const known: unknown = error instanceof Error && "problems" in error ? error.problems : null;
    if (!Array.isArray(known)) throw error;
    for (const one of known.filter(isRecord)) {
      const name = String(one["name"]);
      unservable.add(name);
      problems.push(file.problemAt(["strategies", name], `cannot be served: ${String(one["message"])}`));
    }
    await load();
  }
  return { strategies, unservable, problems };
}

function toSecrets(secrets: Readonly<Record<string, string>>): Map<string, Secret> {
  return new Map(Object.entries(secrets).map(([name, secret]) => [name, new Secret(secret)]));
}

function toSettings(content: ConfigurationFile, folder: string) {
  return {
    server: { bodyLimitBytes: content.server.body_limit, corsOrigins: content.server.cors.origins },
    tools: content.tools,
    webhooks: { secrets: toSecrets(content.webhooks.secrets), allowPrivate: content.webhooks.allow_private },
    capture: { content: content.capture.content, redact: content.capture.redact, retentionMs: content.capture.retention },
    results: { ttlMs: content.results.ttl },
    telemetry: {
      otlpUrl: content.telemetry.otlp_url,
      jaegerUi: content.telemetry.jaeger_ui,
      sampleRatio: content.telemetry.sample_ratio,
    },
    logFile: { path: resolve(folder, content.log_file.path), enabled: content.log_file.enabled },
  };
}

const NOTHING_TO_CALL =
  "No model can be called: set a provider's key such as OPENAI_API_KEY, LOCAL_MODEL_URL for a model server of your own, " +
  "or MOCK_PROVIDER_URL for simulated answers.";

/** The first problem of each place, in the order of the file: what comes later of the same place only follows from it. */
function toReport(problems: readonly ConfigurationProblem[], file: YamlFile): ConfigurationProblem[] {
  const hide = createHider(file);
  const places = new Set<string>();
  return problems
    .filter(({ path }) => path === "" || (!places.has(path) && places.add(path)))
    .map((problem) => ({ ...problem, message: hide(problem.message) }))
    .toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0));
}

/**
 * Reads `composite.yaml` and the environment into one configuration.
 *
 * @throws ConfigurationError with every problem that there is
 */
export async function loadConfiguration(options: LoadOptions): Promise<Configuration> {
  const { env, strategies: source } = options;
  const named = valueOf(env, "COMPOSITE_CONFIG");
  const path = named === null ? null : resolve(named);
  const folder = path === null ? process.cwd() : dirname(path);
  const file = readYaml(path === null ? "" : await readFileOrExplain(path, options), env);
  // Of a file that is not YAML nothing else can be said.
  if (Object.keys(file.value).length === 0 && file.problems.length > 0) throw new ConfigurationError(named, file.problems);

  const raw = withoutEmptyKeys(Object.keys(file.value).length === 0 ? { version: 1 } : file.value);
  const { content, problems: formProblems } = checkFile(raw, file);
  const providers = resolveProviders(content.providers, file, env);
  const { apiKeys, problems: keyProblems } = resolveApiKeys(content, file, env);
  const problems = [...file.problems, ...formProblems, ...providers.problems, ...keyProblems];

  const { aliases, fallbacks, prices, capabilities } = content.models;
  const models = { aliases: new Map(Object.entries(aliases)), fallbacks: new Map(Object.entries(fallbacks)), prices, capabilities };
  const strategyModules = new Map(Object.entries(content.strategies).map(([name, module]) => [name, resolve(folder, module)]));
  const operatorKey = valueOf(env, "OPERATOR_KEY");
  const configuration: Configuration = {
    ...toSettings(content, folder),
    ...providers.settings,
    apiKeys,
    operatorKey: operatorKey === null ? null : new Secret(operatorKey),
    models,
    strategyModules,
    strategyNames: new Set(strategyModules.keys()),
    defaults: {
      memberMaxTokens: content.defaults.member_max_tokens,
      totalDeadlineMs: content.defaults.total_deadline_ms,
      strategies: new Map(),
    },
    profiles: new Map(),
    notActive: listNotActive(raw),
    warnings: [],
  };

  if (source !== null) {
    const { strategies, unservable, problems: moduleProblems } = await collectStrategies(source, strategyModules, file);
    const resolved = resolveProfiles(content, strategies, source.common, file, unservable);
    configuration.strategyNames = new Set([...strategies.keys(), ...unservable]);
    configuration.defaults.strategies = resolved.defaults;
    configuration.profiles = resolved.profiles;
    const found = checkNames(resolved.names, models, configuration, options, file);
    configuration.warnings = found.warnings;
    problems.push(...moduleProblems, ...resolved.problems, ...found.problems);
  }
  for (const name of Object.keys(content.providers)) {
    if (!RESERVED.has(name) && !configuration.strategyNames.has(name)) continue;
    problems.push(file.problemAt(["providers", name], "has a name that means something else in model names: choose another", "key"));
  }
  if (problems.length === 0 && configuration.providers.size === 0) problems.push(problemOf("", NOTHING_TO_CALL));
  if (problems.length > 0) throw new ConfigurationError(named, toReport(problems, file));
  return configuration;
}
