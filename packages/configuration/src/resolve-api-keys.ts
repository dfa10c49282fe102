import { Secret } from "@composite-llm/core";
import type { ApiKey } from "./configuration.ts";
import type { ConfigurationProblem } from "./configuration-problem.ts";
import { type Environment, valueOf } from "./environment.ts";
import type { ConfigurationFile } from "./schema/configuration-schema.ts";
import type { YamlFile } from "./yaml/read-yaml.ts";

/** The keys of our own clients: those of the file, then those of API_KEYS, which are named by their place there. */
export function resolveApiKeys(
  entries: ConfigurationFile["api_keys"],
  file: YamlFile,
  env: Environment,
): { apiKeys: ApiKey[]; problems: ConfigurationProblem[] } {
  const fromEnvironment = (valueOf(env, "API_KEYS") ?? "")
    .split(",")
    .map((key) => key.trim())
    .filter((key) => key !== "")
    .map((key, index) => ({ name: `api-key-${index + 1}`, key, models: ["*"], weight: 1 }));

  const problems: ConfigurationProblem[] = [];
  const names = new Set<string>();
  const keys = new Set<string>();
  const apiKeys = [...entries, ...fromEnvironment].map(({ name, key, models, weight }, index): ApiKey => {
    const inFile = index < entries.length;
    const problem = (part: "name" | "key", message: string): ConfigurationProblem =>
      inFile ? file.problemAt(["api_keys", index, part], message) : { path: "API_KEYS", line: null, column: null, message };
    if (names.has(name)) problems.push(problem("name", "is the name of an earlier key too: a caller must be one"));
    if (keys.has(key)) problems.push(problem("key", "is an earlier key again: a key must say who calls"));
    names.add(name);
    keys.add(key);
    return { name, key: new Secret(key), models, weight };
  });
  return { apiKeys, problems };
}
