import { ApiError, nearestName } from "@composite-llm/core";
import type { Configuration, NamedModel, Profile } from "../configuration.ts";
import { type NameBook, type NameContext, type NameRefusal, refuse, type ResolvedModel } from "./name-book.ts";
import { listNames, quoteName } from "./quote-name.ts";
import { resolvePlain } from "./resolve-plain-model.ts";
import { splitCompositeName } from "./split-composite-name.ts";

/** What a model name stands for. */
export type ResolvedName =
  | { kind: "strategy"; strategy: string; base: ResolvedModel }
  | { kind: "profile"; profile: Profile; strategy: string; base: ResolvedModel };

/** What a member stands for: a plain model, or a composite that runs inside the run. */
export type ResolvedMember = { kind: "model"; model: ResolvedModel } | ResolvedName;

export type NamedConfiguration = NameBook & Pick<Configuration, "profiles">;

type NameOutcome = { resolved: ResolvedMember } | { refusal: NameRefusal };

function unknown(what: string, name: string, known: Iterable<string>): { refusal: NameRefusal } {
  const near = nearestName(name, known);
  return refuse("unknown", `There is no ${what} ${quoteName(name)}.${near === null ? "" : ` Did you mean ${near}?`}`);
}

/** What a name stands for, or why it stands for nothing. */
export function lookUpName(named: NamedModel, configuration: NamedConfiguration, context: NameContext): NameOutcome {
  const parts = splitCompositeName(named.model, configuration);
  switch (parts.kind) {
    case "profile": {
      const profile = configuration.profiles.get(parts.profile);
      if (profile === undefined) return unknown("profile", parts.profile, configuration.profiles.keys());
      const base = resolvePlain(profile.base, configuration, context);
      return "refusal" in base ? base : { resolved: { kind: "profile", profile, strategy: profile.strategy, base: base.model } };
    }
    case "strategy": {
      if (parts.model === "") {
        const form = `composite/${parts.strategy}/<provider>/<model>`;
        return refuse("unknown", `The name ${quoteName(named.model)} has no model behind its strategy: ask for ${form}.`);
      }
      const base = resolvePlain({ ...named, model: parts.model }, configuration, context);
      return "refusal" in base ? base : { resolved: { kind: "strategy", strategy: parts.strategy, base: base.model } };
    }
    case "unknown-strategy":
      return unknown("strategy", parts.strategy, [...configuration.strategyNames, "profile"]);
    default: {
      const plain = resolvePlain({ ...named, model: parts.model }, configuration, context);
      return "refusal" in plain ? plain : { resolved: { kind: "model", model: plain.model } };
    }
  }
}

/**
 * What a member stands for, by its name and perhaps a provider of choice.
 *
 * @param field where the client named it, for the error's `param`
 * @throws ApiError `model_not_found` whose message lists what exists
 */
export function resolveMember(member: NamedModel, configuration: NamedConfiguration, context: NameContext, field: string): ResolvedMember {
  const outcome = lookUpName(member, configuration, context);
  if ("resolved" in outcome) return outcome.resolved;
  const { strategyNames, profiles, providers } = configuration;
  const exists = `Strategies: ${listNames(strategyNames)}; profiles: ${listNames(profiles.keys())}; providers: ${listNames(providers.keys())}.`;
  throw new ApiError("model_not_found", `${outcome.refusal.message} ${exists}`, { param: field });
}

/**
 * What the `model` of a request stands for: `composite/<strategy>/<provider>/<model>`, the same with a bare or aliased
 * model, `composite/profile/<name>`, all of them without the leading `composite/`, and `<provider>/<model>`, which is the
 * strategy `single`.
 *
 * @throws ApiError `model_not_found` whose message lists what exists
 */
export function resolveModelName(name: string, configuration: NamedConfiguration, context: NameContext): ResolvedName {
  const resolved = resolveMember({ model: name }, configuration, context, "model");
  return resolved.kind === "model" ? { kind: "strategy", strategy: "single", base: resolved.model } : resolved;
}
