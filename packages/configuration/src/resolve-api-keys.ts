import { Secret } from "@composite-llm/core";
import type { ApiKey } from "./configuration.ts";
import type { ConfigurationProblem } from "./configuration-problem.ts";
import { type Environment, valueOf } from "./environment.ts";
import type { ConfigurationFile } from "./schema/configuration-schema.ts";
import type { YamlFile } from "./yaml/read-yaml.ts";

/** The keys of our own clients: those of the file, then those of API_KEYS, which are named by their place there. */
export function resolveApiKeys(
  { api_keys: entries, webhooks }: Pick<ConfigurationFile, "api_keys" | "webhooks">,
  file: YamlFile,
  env: Environment,
): { apiKeys: ApiKey[]; problems: ConfigurationProblem[] } {
  const fromEnvironment = (valueOf(env, "API_KEYS") ?? "")
    .split(",")
    .map((key) => key.trim())
    .filter((key) => key !== "")
    .map((key, index) => ({ name: `api-key-${index + 1}`, key, models: ["*"], weight: 1 }));
  const all: ConfigurationFile["api_keys"] = [...entries, ...fromEnvironment];
  // A secret stands for one receiver: of several callers, only the operator knows whose it is.
  const unlessSet = all.length === 1 ? Object.keys(webhooks.secrets) : [];

  const problems: ConfigurationProblem[] = [];
  const names = new Set<string>();
  const keys = new Set<string>();
  const apiKeys = all.map(({ name, key, models, weight, webhook_secrets: named }, index): ApiKey => {
    const inFile = index < entries.length;
    const problem = (part: "name" | "key", message: string): ConfigurationProblem =>
      inFile ? file.problemAt(["api_keys", index, part], message) : { path: "API_KEYS", line: null, column: null, message };
    if (names.has(name)) problems.push(problem("name", "is the name of an earlier key too: a caller must be one"));
    if (keys.has(key)) problems.push(problem("key", "is an earlier key again: a key must say who calls"));
    for (const [place, secret] of (named ?? []).entries()) {
      if (Object.hasOwn(webhooks.secrets, secret)) continue;
      problems.push(file.problemAt(["api_keys", index, "webhook_secrets", place], "names no secret in webhooks.secrets"));
    }
    names.add(name);
    keys.add(key);
    return { name, key: new Secret(key), models, weight, webhookSecrets: named ?? unlessSet };
  });
  return { apiKeys, problems };
}
