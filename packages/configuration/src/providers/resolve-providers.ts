import { PROVIDER_PRESETS } from "@composite-llm/pricing";
import type { Configuration, ResolvedProvider } from "../configuration.ts";
import type { ConfigurationProblem } from "../configuration-problem.ts";
import { type Environment, valueOf } from "../environment.ts";
import { isWebAddress } from "../schema/names.ts";
import type { ProviderEntry } from "../schema/provider-schema.ts";
import type { YamlFile } from "../yaml/read-yaml.ts";
import { collectKnownProviders, type KnownProvider } from "./known-providers.ts";
import { checkKeyNames, keysOf, simulatedKeysOf } from "./resolve-keys.ts";
import { toProviderLimits } from "./resolve-limits.ts";

export type ProviderSettings = Pick<Configuration, "mode" | "providers" | "unofferedProviders">;

const DEFAULT_TIMEOUTS = { firstTokenMs: 120_000, idleMs: 60_000 };

function baseUrlOf({ entry, preset }: KnownProvider, env: Environment): string | null {
  if (entry.base_url !== undefined && entry.base_url !== "") return entry.base_url;
  return (preset.baseUrlVariable === null ? null : valueOf(env, preset.baseUrlVariable)) ?? preset.baseUrl;
}

function toProvider(
  { name, preset, entry }: KnownProvider,
  served: Pick<ResolvedProvider, "baseUrl" | "keys" | "simulated">,
): ResolvedProvider {
  const { limits, timeouts } = entry;
  return {
    name,
    preset: preset.name,
    wire: preset.wire,
    auth: preset.auth,
    ...served,
    baseUrl: served.baseUrl.replace(/\/+$/, ""),
    query: served.simulated ? {} : { ...preset.query, ...entry.query },
    params: entry.params ?? {},
    limits: toProviderLimits(limits, preset.tokensCounted),
    timeouts: {
      firstTokenMs: timeouts?.first_token_ms ?? DEFAULT_TIMEOUTS.firstTokenMs,
      idleMs: timeouts?.idle_ms ?? DEFAULT_TIMEOUTS.idleMs,
    },
  };
}

/** `http://127.0.0.1:11434` means the API of that server, not its front page. */
function toApiAddress(address: string): string {
  const url = new URL(address);
  return url.pathname === "/" && url.search === "" ? new URL("/v1", url).href : address;
}

function howToOffer({ entry, preset }: KnownProvider): string {
  return entry.keys === undefined && preset.keyVariable !== null ? `set ${preset.keyVariable}` : "give it a key in the configuration";
}

/**
 * Decides what every provider name stands for.
 *
 * Mock mode: no key is set anywhere and MOCK_PROVIDER_URL is; then mock-provider answers for every vendor whose key could
 * have been set, in that vendor's wire format. Servers that need no key are real in both modes.
 */
export function resolveProviders(
  entries: Readonly<Record<string, ProviderEntry>>,
  file: YamlFile,
  env: Environment,
): { settings: ProviderSettings; problems: ConfigurationProblem[] } {
  const { providers: known, problems } = collectKnownProviders(entries, file);
  problems.push(...checkKeyNames(entries, file));
  const providers = new Map<string, ResolvedProvider>();
  const unofferedProviders = new Map<string, string>();
  const addressOf = (variable: string): string | null => {
    const address = valueOf(env, variable);
    if (address === null || isWebAddress(address)) return address;
    problems.push({ path: variable, line: null, column: null, message: "must be a URL that begins with http:// or https://" });
    return null;
  };

  const localUrl = addressOf("LOCAL_MODEL_URL");
  const preset = PROVIDER_PRESETS["openai-compatible"];
  if (localUrl !== null && preset !== undefined && !known.has("local")) {
    known.set("local", { name: "local", preset, entry: { base_url: toApiAddress(localUrl) }, inFile: false });
  }
  const hasKey = [...known.values()].some((provider) => keysOf(provider, env).length > 0);
  const mockUrl = addressOf("MOCK_PROVIDER_URL");
  const mode = !hasKey && mockUrl !== null ? "mock" : "real";

  for (const provider of known.values()) {
    const { name, preset: vendor } = provider;
    const keys = keysOf(provider, env);
    if (mode === "mock" && mockUrl !== null && vendor.keyVariable !== null) {
      const baseUrl = `${mockUrl.replace(/\/+$/, "")}${vendor.wire === "anthropic" ? "/anthropic" : "/openai/v1"}`;
      providers.set(name, toProvider(provider, { baseUrl, keys: simulatedKeysOf(provider), simulated: true }));
      continue;
    }
    if (vendor.keyRequired && keys.length === 0) {
      unofferedProviders.set(name, howToOffer(provider));
      continue;
    }
    const baseUrl = baseUrlOf(provider, env);
    if (baseUrl !== null && isWebAddress(baseUrl)) providers.set(name, toProvider(provider, { baseUrl, keys, simulated: false }));
    else if (provider.inFile) {
      problems.push(file.problemAt(["providers", name, "base_url"], "is missing: only you know the address of this provider"));
    } else {
      problems.push({
        path: vendor.baseUrlVariable ?? name,
        line: null,
        column: null,
        message: `must be the provider's URL, because ${vendor.keyVariable} is set`,
      });
    }
  }
  return { settings: { mode, providers, unofferedProviders }, problems };
}
