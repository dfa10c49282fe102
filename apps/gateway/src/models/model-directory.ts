import { type Configuration, resolveModelName, type ResolvedName } from "@composite-llm/configuration";
import { ApiError } from "@composite-llm/core";
import type { ModelCard, ModelList } from "@composite-llm/openai-api";
import { matchCatalogModel } from "@composite-llm/pricing";
import type { Registry, StrategyPlanner } from "@composite-llm/strategies/plan";
import type { Caller } from "../auth/key-table.ts";
import { canonicalName } from "../plan/canonical-name.ts";
import type { OptionCatalog } from "../plan/option-catalog.ts";
import { knownModels } from "./known-models.ts";
import { supportedParameters } from "./supported-parameters.ts";

/** Models have no date of birth here; clients want a number that does not change. 2025-01-01. */
const CREATED = 1_735_689_600;

/** What `GET /v1/models` knows. */
export interface ModelDirectory {
  /** What a caller may use, composites first. */
  list(caller: Caller): ModelList;
  /** Any name that a request could use, listed or not. @throws ApiError `model_not_found`, `model_not_allowed` */
  find(name: string, caller: Caller): ModelCard;
}

export interface DirectoryParts {
  configuration: Configuration;
  planners: Registry<StrategyPlanner>;
  catalog: OptionCatalog;
}

export function createModelDirectory({ configuration, planners, catalog }: DirectoryParts): ModelDirectory {
  const resolve = (name: string): ResolvedName => resolveModelName(name, configuration, { matchCatalogModel });

  const cardOf = (id: string, named: ResolvedName): ModelCard => {
    const isComposite = named.strategy !== "single" || named.kind === "profile";
    const parameters = supportedParameters(named.base, configuration);
    const options = isComposite ? [...(catalog.get(named.strategy)?.own ?? [])] : [];
    return {
      id,
      object: "model",
      created: CREATED,
      owned_by: isComposite ? "composite" : named.base.provider,
      supported_parameters: [...new Set([...parameters, ...options])].toSorted(),
      ...(named.kind === "profile" && named.profile.description !== "" ? { description: named.profile.description } : {}),
      ...(isComposite ? { strategy: named.strategy } : {}),
    };
  };

  const listed = new Map<string, { card: ModelCard; names: readonly string[] }>();
  const add = (id: string): void => {
    try {
      const named = resolve(id);
      listed.set(id, { card: cardOf(id, named), names: [id, canonicalName(named)] });
    } catch (error) {
      // An alias or a profile of a provider that has no key right now.
      if (!(error instanceof ApiError)) throw error;
    }
  };
  const models = knownModels(configuration);
  const strategies = [...planners.keys()].filter((name) => name !== "single");
  for (const profile of configuration.profiles.keys()) add(`composite/profile/${profile}`);
  for (const strategy of strategies) for (const model of models) add(`composite/${strategy}/${model}`);
  for (const model of models) add(model);

  return {
    list: (caller) => ({
      object: "list",
      data: [...listed.values()].filter(({ names }) => caller.mayUse(names)).map(({ card }) => card),
    }),
    find: (name, caller) => {
      const named = resolve(name);
      if (!caller.mayUse([name, canonicalName(named)])) {
        throw new ApiError("model_not_allowed", `The API key ${caller.name} may not use this model.`, { param: "model" });
      }
      return listed.get(name)?.card ?? cardOf(name, named);
    },
  };
}
